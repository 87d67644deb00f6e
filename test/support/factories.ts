import { LUCKY } from './accounts.js';

let count = 0;

/** A recipient that nobody else has: +1 650 555 and four digits, or what follows after ten thousand. */
export function aRecipient(): string {
  count += 1;
  return `+1650${String(5_550_000 + count).padStart(7, '0')}`;
}

/** A text message as POST /v1/messages takes it, everything filled in; tests name only what matters. */
export function aTextMessage(over: Record<string, unknown> = {}): Record<string, unknown> & { to: string } {
  return {
    phone_number_id: LUCKY.phoneNumberId,
    to: aRecipient(),
    type: 'text',
    text: { body: 'Your order is on its way.' },
    ...over,
  };
}

/** A template message as POST /v1/messages takes it. */
export function aTemplateMessage(over: Record<string, unknown> = {}): Record<string, unknown> & { to: string } {
  return {
    phone_number_id: LUCKY.phoneNumberId,
    to: aRecipient(),
    type: 'template',
    template: {
      name: 'order_confirmation',
      language: { code: 'en_US' },
      components: [{ type: 'body', parameters: [{ type: 'text', text: 'Pablo' }] }],
    },
    ...over,
  };
}
