import { type Client, credentials, type GrpcObject, loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { stopAtEnd } from '../cleanup.js';
import { CONTRACTS } from './protos.js';

const AS_JSON = { keepCase: true, longs: String, enums: String, defaults: false, oneofs: false };

/** The client that proto-loader makes of a published proto, `messaging`: none of our code is in it. */
export function publishedClient<T extends Client>(port: number, proto: string, service: string): T {
  const loaded = loadPackageDefinition(
    loadSync(`heliograph/v1/${proto}.proto`, { ...AS_JSON, includeDirs: [CONTRACTS] }),
  );
  const made = ((loaded.heliograph as GrpcObject).v1 as GrpcObject)[service];
  const client = new (made as unknown as new (...args: unknown[]) => T)(
    `127.0.0.1:${port}`,
    credentials.createInsecure(),
  );
  stopAtEnd('a gRPC client', async () => client.close());
  return client;
}
