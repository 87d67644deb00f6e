import { Module } from '@nestjs/common';
import { GraphClient } from './graph-client.js';
import { InboundMediaClient } from './inbound-media-client.js';
import { MediaClient } from './media-client.js';
import { TemplatesClient } from './templates-client.js';

/** The Graph API. */
@Module({
  providers: [GraphClient, InboundMediaClient, MediaClient, TemplatesClient],
  exports: [GraphClient, InboundMediaClient, MediaClient, TemplatesClient],
})
export class MetaModule {}
