import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { CurrentTenant, Scope } from '../../platform/auth/api-key.guard.js';
import type { Tenant } from '../../platform/auth/principal.js';
import { RawBody } from '../../platform/http/ndjson.js';
import { Rpc } from '../../platform/transport/rpc.decorator.js';
import { MediaIdParam, type MediaView } from '../media.dto.js';
import { MediaService } from '../media.service.js';
import { type DownloadMessage, MediaStreamsService, type UploadMessage } from '../media-streams.service.js';

/** What is known of files, over gRPC and NATS; their bytes over gRPC alone. */
@Controller()
export class MediaRpcController {
  constructor(
    private readonly media: MediaService,
    private readonly streams: MediaStreamsService,
  ) {}

  /** Takes a file on. */
  @Rpc('MediaService', 'Upload')
  @Scope('media:write')
  upload(
    @CurrentTenant() tenant: Tenant,
    @RawBody() groups: AsyncIterable<readonly UploadMessage[]>,
  ): Promise<MediaView> {
    return this.streams.upload(tenant, groups);
  }

  /** Gives its bytes. */
  @Rpc('MediaService', 'Download')
  @Scope('media:read')
  download(@CurrentTenant() tenant: Tenant, @Payload() param: MediaIdParam): AsyncIterable<DownloadMessage> {
    return this.streams.download(tenant, param);
  }

  /** Shows a file. */
  @Rpc('MediaService', 'Get')
  @Scope('media:read')
  get(@CurrentTenant() tenant: Tenant, @Payload() { id }: MediaIdParam): Promise<MediaView> {
    return this.media.get(tenant, id);
  }

  /** Removes a file. */
  @Rpc('MediaService', 'Delete')
  @Scope('media:write')
  remove(@CurrentTenant() tenant: Tenant, @Payload() { id }: MediaIdParam): Promise<void> {
    return this.media.remove(tenant, id);
  }
}
