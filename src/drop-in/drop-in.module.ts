import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { MediaModule } from '../media/media.module.js';
import { MessagingModule } from '../messaging/messaging.module.js';
import { DropInService } from './drop-in.service.js';
import { DropInMediaService } from './drop-in-media.service.js';
import { DropInHttpRoutes } from './transport/drop-in.http.js';

/** The Cloud API's own paths, for clients that were written for it. */
@Module({
  imports: [AccountsModule, MediaModule, MessagingModule],
  providers: [DropInService, DropInMediaService, DropInHttpRoutes],
})
export class DropInModule {}
