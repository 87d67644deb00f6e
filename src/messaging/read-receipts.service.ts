import { Injectable } from '@nestjs/common';
import { AccountsService } from '../accounts/accounts.service.js';
import type { ReadReceipt } from '../core/cloud-api/read-request.js';
import { classifyOutcome, type SendResult } from '../core/delivery/classify-outcome.js';
import { GatewayError } from '../core/gateway-error.js';
import { GraphClient } from '../meta/graph-client.js';
import type { Tenant } from '../platform/auth/principal.js';
import { Db } from '../platform/db/db.js';
import { markInboundRead } from './inbound-read.store.js';
import type { MarkedReadView, MarkReadDto } from './interventions.dto.js';

/** Tells people that what they wrote was read. Not queued: a receipt that comes late is worth nothing. */
@Injectable()
export class ReadReceiptsService {
  constructor(
    private readonly accounts: AccountsService,
    private readonly graph: GraphClient,
    private readonly db: Db,
  ) {}

  /**
   * Marks an inbound message as read at Meta, and in ours if we have it. Doing so twice is harmless. Throws
   * `meta_refused` with Meta's words, or `meta_unavailable` when nobody knows; then it may be tried again.
   */
  async markRead(tenant: Tenant, dto: MarkReadDto): Promise<MarkedReadView> {
    const { message_id, typing_indicator } = dto;
    const result = await this.passOn(tenant, dto.phone_number_id, {
      messaging_product: 'whatsapp',
      status: 'read',
      message_id,
      ...(typing_indicator === undefined ? {} : { typing_indicator: { type: typing_indicator.type } }),
    });
    if (!isSuccess(result)) throw refusal(result);
    return { success: true };
  }

  /**
   * Passes a receipt on to Meta as it is, and notes in ours what Meta marked. What Meta answered, or that it did not, is
   * the value. Throws `invalid_request` for a number of somebody else's, and `unavailable` without its access token.
   */
  async passOn(tenant: Tenant, phoneNumberId: string, receipt: ReadReceipt): Promise<SendResult> {
    const number = this.accounts.phoneNumber(phoneNumberId);
    if (number === undefined || number.portfolioId !== tenant.portfolioId) throw notYours();
    const token = this.accounts.waba(number.wabaId)?.accessToken;
    if (token === undefined) {
      throw new GatewayError('unavailable', 'The access token of this number cannot be read.', { retryAfterMs: 5000 });
    }
    const result = await this.graph.post(`/${phoneNumberId}/messages`, token, JSON.stringify(receipt));
    if (isSuccess(result)) {
      await markInboundRead(this.db, { portfolioId: tenant.portfolioId, phoneNumberId, wamid: receipt.message_id });
    }
    return result;
  }
}

function isSuccess(result: SendResult): boolean {
  if (result.kind === 'failure' || result.httpStatus < 200 || result.httpStatus > 299) return false;
  return (result.body as { success?: unknown } | undefined | null)?.success === true;
}

function refusal(result: SendResult): GatewayError {
  const outcome = classifyOutcome(result);
  if (outcome.kind === 'accepted' || outcome.error.code === null) {
    return new GatewayError('meta_unavailable', 'Meta gave no usable answer; marking as read may be tried again.', {
      retryAfterMs: 1000,
    });
  }
  const { code, subcode, title, details, fbtrace_id } = outcome.error;
  const meta = { code, subcode, details, fbtrace_id };
  if (outcome.kind === 'rejected') return new GatewayError('meta_refused', `Meta refused it: ${title}`, { meta });
  return new GatewayError('meta_unavailable', `Meta cannot do it now: ${title}`, { meta, retryAfterMs: 1000 });
}

function notYours(): GatewayError {
  const detail = 'phone_number_id must be one of your numbers; GET /v1/phone_numbers lists them';
  return new GatewayError('invalid_request', detail, { errors: [{ pointer: '/phone_number_id', detail }] });
}
