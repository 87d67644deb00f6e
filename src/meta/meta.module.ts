import { Module } from '@nestjs/common';
import { GraphClient } from './graph-client.js';

/** The Graph API. */
@Module({ providers: [GraphClient], exports: [GraphClient] })
export class MetaModule {}
