import path from 'node:path';
import type { GatewayConfig } from '../config/settings.js';
import type { BlobStore } from './blob-store.js';
import { LocalBlobs } from './local-blobs.js';
import { S3Blobs } from './s3-blobs.js';

/** The file store of the settings: a bucket when one is named, else a folder below DATA_DIR. */
export function openBlobStore(config: GatewayConfig): BlobStore {
  const { s3Bucket: bucket, s3Endpoint: endpoint, s3Region: region } = config;
  if (bucket === undefined) return new LocalBlobs(path.join(config.dataDir, 'media'));
  return new S3Blobs({
    endpoint: endpoint ?? '',
    region,
    bucket,
    accessKeyId: config.s3AccessKeyId ?? '',
    secretAccessKey: config.s3SecretAccessKey ?? '',
  });
}
