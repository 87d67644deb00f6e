import { Injectable } from '@nestjs/common';
import { AccountsService } from '../accounts/accounts.service.js';
import { writeToken } from '../core/delivery/callback-token.js';
import type { SendResult } from '../core/delivery/classify-outcome.js';
import { OutgoingMediaService } from '../media/outgoing-media.service.js';
import { KeyRing } from '../platform/crypto/key-ring.js';
import { toGraphPayload } from './graph-payload.js';
import type { ArmedMessage } from './send-queue.store.js';

/** A message as it goes to Meta, or what came of the attempt before anything could go. */
export type Letter =
  | { readonly accessToken: string; readonly payload: string; readonly result?: never }
  | { readonly result: SendResult };

/** Writes what goes to Meta for an attempt: with our token, the account's access token, and Meta's ids of its files. */
@Injectable()
export class PayloadWriter {
  private readonly callbackKey: Buffer;

  constructor(
    private readonly accounts: AccountsService,
    private readonly media: OutgoingMediaService,
    keys: KeyRing,
  ) {
    this.callbackKey = keys.tokenKeys[0] as Buffer;
  }

  /** Resolves at once for a message without files, and after one look at the database at most for one with. */
  async write(message: ArmedMessage): Promise<Letter> {
    const waba = this.accounts.waba(this.accounts.phoneNumber(message.phone_number_id)?.wabaId ?? '');
    if (waba === undefined) return { result: { kind: 'failure', code: 'NO_ACCESS_TOKEN' } };
    const media = await this.media.prepare(message);
    if (media.kind === 'not_ready') return { result: media.result };
    const token = writeToken({ messageId: message.id, attempt: message.attempt_no }, this.callbackKey);
    const payload = toGraphPayload({ ...message, content: media.content }, token);
    return { accessToken: waba.accessToken, payload };
  }

  /** Meta could not use a file of this message: the next message gets another copy. */
  async mediaFailed(message: ArmedMessage): Promise<void> {
    await this.media.forget(message);
  }
}
