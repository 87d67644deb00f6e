import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { MetaModule } from '../meta/meta.module.js';
import { RateLimitModule } from '../rate-limit/rate-limit.module.js';
import { TemplateDirectoryService } from './template-directory.service.js';
import { TemplateEditsService } from './template-edits.service.js';
import { TemplateListsService } from './template-lists.service.js';
import { TemplateSyncService } from './template-sync.service.js';
import { TemplatesService } from './templates.service.js';
import { TemplatesHttpController } from './transport/templates.http.js';
import { TemplatesRpcController } from './transport/templates.rpc.js';

/** Message templates: kept like Meta's, and what messages are held to. */
@Module({
  imports: [AccountsModule, MetaModule, RateLimitModule],
  controllers: [TemplatesHttpController, TemplatesRpcController],
  providers: [
    TemplatesService,
    TemplateEditsService,
    TemplateSyncService,
    TemplateListsService,
    TemplateDirectoryService,
  ],
  exports: [TemplatesService, TemplateSyncService, TemplateDirectoryService],
})
export class TemplatesModule {}
