import { isFields } from '../messages/rules.js';

/** What a body says before anybody has judged it; for the ledger, which keeps bad requests too. */
export interface SendFacts {
  readonly to: string | null;
  readonly type: string | null;
  readonly callbackData: string | null;
}

const textOr = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** Reads what can be read; never fails. */
export function sendFacts(body: unknown): SendFacts {
  if (!isFields(body)) return { to: null, type: null, callbackData: null };
  return {
    to: textOr(body.to) ?? textOr(body.recipient),
    type: body.type === undefined ? 'text' : textOr(body.type),
    callbackData: textOr(body.biz_opaque_callback_data),
  };
}

/** Whether this is a read receipt or typing indicator, which is no send (cloud-api.md §1.4). */
export const isReadReceipt = (body: unknown): boolean => isFields(body) && body.status === 'read';
