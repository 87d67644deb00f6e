import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { MetaModule } from '../meta/meta.module.js';
import { BlobStore } from '../platform/blobs/blob-store.js';
import { openBlobStore } from '../platform/blobs/open-blob-store.js';
import { CONFIG } from '../platform/tokens.js';
import { InboundMediaService } from './inbound-media.service.js';
import { MediaService } from './media.service.js';
import { MediaStreamsService } from './media-streams.service.js';
import { OutgoingMediaService } from './outgoing-media.service.js';
import { MediaHttpController } from './transport/media.http.js';
import { MediaRpcController } from './transport/media.rpc.js';

/** Files: kept for callers, brought to Meta before the messages that name them, and fetched when people sent them. */
@Module({
  imports: [AccountsModule, MetaModule],
  controllers: [MediaHttpController, MediaRpcController],
  providers: [
    { provide: BlobStore, useFactory: openBlobStore, inject: [CONFIG] },
    InboundMediaService,
    MediaService,
    MediaStreamsService,
    OutgoingMediaService,
  ],
  exports: [InboundMediaService, MediaService, OutgoingMediaService],
})
export class MediaModule {}
