import { type GraphRefusal, graphRefusal } from './graph-error.js';

/** Types of `POST /{phone}/messages` (cloud-api.md §1.1). */
const TYPES = [
  'text',
  'image',
  'audio',
  'video',
  'document',
  'sticker',
  'location',
  'contacts',
  'reaction',
  'interactive',
  'template',
  'pin',
];

const LONGEST_CALLBACK_DATA = 512;
const LONGEST_TEXT = 4096;

/** What a body says before anybody has judged it; for the ledger, which keeps bad requests too. */
export interface SendFacts {
  readonly to: string | null;
  readonly type: string | null;
  readonly callbackData: string | null;
}

/** A good send. Exactly one of `waId` and `userId` is given. */
export interface SendRequest {
  /** The address as the client wrote it. */
  readonly input: string;
  /** Digits of the phone number it was understood as. */
  readonly waId?: string;
  /** Business-scoped user id. */
  readonly userId?: string;
  readonly isTemplate: boolean;
}

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
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

/** Checks a read receipt. */
export function readReceiptRefusal(body: unknown): GraphRefusal | undefined {
  if (!isFields(body) || body.messaging_product !== 'whatsapp') return missing('messaging_product');
  return textOr(body.message_id) ? undefined : missing('message_id');
}

/** Judges the body of a send: what to send to whom, or Meta's refusal naming the field. */
export function parseSend(body: unknown): SendRequest | GraphRefusal {
  if (!isFields(body)) return graphRefusal(100, 'The body is not a JSON object.');
  return envelopeRefusal(body) ?? contentRefusal(body) ?? addressOf(body);
}

export const isRefusal = (parsed: SendRequest | GraphRefusal): parsed is GraphRefusal => 'status' in parsed;

const missing = (field: string): GraphRefusal => graphRefusal(100, `The parameter ${field} is required.`);

function envelopeRefusal(body: Fields): GraphRefusal | undefined {
  if (body.messaging_product === undefined) return missing('messaging_product');
  if (body.messaging_product !== 'whatsapp') return graphRefusal(100, 'Param messaging_product must be "whatsapp".');
  if (body.type !== undefined && !TYPES.some((type) => type === body.type)) {
    return graphRefusal(
      100,
      `Param type must be one of {${TYPES.join(', ').toUpperCase()}} - got "${String(body.type)}".`,
    );
  }
  const data = body.biz_opaque_callback_data;
  if (data !== undefined && (typeof data !== 'string' || data.length > LONGEST_CALLBACK_DATA)) {
    return graphRefusal(
      100,
      `Param biz_opaque_callback_data must be a string of at most ${LONGEST_CALLBACK_DATA} characters.`,
    );
  }
  return undefined;
}

function contentRefusal(body: Fields): GraphRefusal | undefined {
  const type = textOr(body.type) ?? 'text';
  const content = body[type];
  if (type === 'contacts' ? !Array.isArray(content) : !isFields(content)) {
    return graphRefusal(131008, `Parameter '${type}' is mandatory for type '${type}'`);
  }
  if (type === 'text') return textRefusal(content as Fields);
  if (type === 'template') return templateRefusal(content as Fields);
  return undefined;
}

function textRefusal(text: Fields): GraphRefusal | undefined {
  if (typeof text.body !== 'string' || text.body.trim() === '') {
    return graphRefusal(131008, "Parameter 'text.body' is mandatory for type 'text'");
  }
  if (text.body.length <= LONGEST_TEXT) return undefined;
  return graphRefusal(100, `Param text['body'] must be at most ${LONGEST_TEXT} characters long.`);
}

function templateRefusal(template: Fields): GraphRefusal | undefined {
  if (!textOr(template.name)) return graphRefusal(131008, "Parameter 'template.name' is mandatory for type 'template'");
  if (!isFields(template.language) || !textOr(template.language.code)) {
    return graphRefusal(131008, "Parameter 'template.language.code' is mandatory for type 'template'");
  }
  if (template.components === undefined || Array.isArray(template.components)) return undefined;
  return graphRefusal(131009, "Parameter 'template.components' must be an array");
}

function addressOf(body: Fields): SendRequest | GraphRefusal {
  const isTemplate = body.type === 'template';
  if (body.to === undefined && typeof body.recipient === 'string') {
    const userId = body.recipient;
    if (!/^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$/.test(userId))
      return graphRefusal(131009, "'recipient' is not a user id");
    return { input: userId, userId, isTemplate };
  }
  if (body.to === undefined) return missing('to');
  if (typeof body.to !== 'string' || !/^\+?[\d\s()-]+$/.test(body.to)) {
    return graphRefusal(131009, "Parameter 'to' is not a valid phone number");
  }
  const digits = body.to.replace(/\D/g, '');
  if (digits.length < 5 || digits.length > 15)
    return graphRefusal(131009, "Parameter 'to' is not a valid phone number");
  // Meta puts the country of the business before a national number; ours are all of +1.
  const isNational = !body.to.startsWith('+') && digits.length === 10;
  return { input: body.to, waId: isNational ? `1${digits}` : digits, isTemplate };
}
