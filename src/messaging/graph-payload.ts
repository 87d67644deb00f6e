/** What of a message goes to the Graph API. */
export interface OutgoingMessage {
  readonly recipient: string;
  readonly recipient_kind: 'phone' | 'bsuid' | 'group';
  readonly type: string;
  readonly content: object;
  readonly context: object | null;
  /** The Cloud API's own options beside the content, or null. */
  readonly envelope: object | null;
}

/**
 * The body of `POST /{phone-number-id}/messages` as JSON text. The content goes out as it came in; a user known by a
 * business-scoped id is named by `recipient` instead of `to` (Meta, 2026).
 */
export function toGraphPayload(message: OutgoingMessage, callbackToken: string): string {
  const who = message.recipient_kind === 'bsuid' ? { recipient: message.recipient } : { to: message.recipient };
  return JSON.stringify({
    messaging_product: 'whatsapp',
    recipient_type: message.recipient_kind === 'group' ? 'group' : 'individual',
    ...who,
    ...message.envelope,
    ...(message.context === null ? {} : { context: message.context }),
    type: message.type,
    [message.type]: message.content,
    biz_opaque_callback_data: callbackToken,
  });
}
