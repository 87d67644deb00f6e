import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { CurrentTenant, Scope } from '../../platform/auth/api-key.guard.js';
import type { Tenant } from '../../platform/auth/principal.js';
import { Rpc } from '../../platform/transport/rpc.decorator.js';
import { MediaIdParam, type MediaView } from '../media.dto.js';
import { MediaService } from '../media.service.js';

/** What is known of files, over gRPC and NATS; their bytes travel over HTTP only. */
@Controller()
export class MediaRpcController {
  constructor(private readonly media: MediaService) {}

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
