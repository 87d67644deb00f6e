import { internationalDigits, isUserId, phoneDigits, waIdOf } from './address.js';
import { CONTACTS } from './contacts.js';
import { INTERACTIVE } from './interactive/interactive.js';
import { LOCATION } from './location.js';
import { MEDIA_KINDS } from './media.js';
import { PIN } from './pin.js';
import { isProblem, type Problem } from './problem.js';
import { REACTION } from './reaction.js';
import {
  below,
  flag,
  isFields,
  type Mistake,
  type MistakeKind,
  mistake,
  number,
  object,
  optional,
  type Rule,
  required,
  text,
  word,
} from './rules.js';
import { TEMPLATE } from './template/template.js';
import { TEXT } from './text.js';

/** Every type of `POST /{phone}/messages` with the rules of its content (cloud-api.md §1). */
export const KINDS = {
  text: TEXT,
  ...MEDIA_KINDS,
  location: LOCATION,
  contacts: CONTACTS,
  reaction: REACTION,
  interactive: INTERACTIVE,
  template: TEMPLATE,
  pin: PIN,
} as const satisfies Record<string, Rule>;

export type Kind = keyof typeof KINDS;

/** The two endpoints that take messages. */
export type SendApi = 'messages' | 'marketing_messages';

/** Whom a message goes to; exactly one of the three is given. */
export interface Recipient {
  /** WhatsApp id of a phone number. */
  readonly waId?: string;
  /** Business-scoped user id. */
  readonly userId?: string;
  readonly groupId?: string;
}

/** A message that keeps every rule that can be judged without knowing the platform's state. */
export interface Message extends Recipient {
  /** The address as the client wrote it. */
  readonly input: string;
  readonly kind: Kind;
  /** The object named like the kind. */
  readonly content: unknown;
  readonly callbackData: string | null;
  /** The identity the business expects the user to have; null: any. */
  readonly identityHash: string | null;
}

/** Codes for mistakes whose rule does not say its own (cloud-api.md §5: 100 form and length, 131008, 131009). */
const CODES: Readonly<Record<MistakeKind, number>> = {
  missing: 131008,
  unexpected: 100,
  form: 100,
  length: 100,
  value: 131009,
};

/** Members beside the content; those of Meta's that are not here are passed over, as Graph does at the top. */
const ENVELOPE: readonly (readonly [name: string, rule: Rule, code?: number])[] = [
  ['recipient_type', word('individual', 'group'), 100],
  ['biz_opaque_callback_data', text({ max: 512, min: 0 })],
  ['context', object({ message_id: required(text()) })],
  ['recipient_identity_key_hash', text()],
  ['message_activity_sharing', flag],
  ['category', word('utility', 'authentication', 'service', 'marketing')],
  ['product_policy', word('CLOUD_API_FALLBACK', 'STRICT'), 100],
  ['ttl_seconds', number(30, 43_200, { whole: true })],
];

/** Judges a body sent from the number `businessDigits`: the message, or Meta's complaint about its first mistake. */
export function readMessage(body: unknown, businessDigits: string, api: SendApi = 'messages'): Message | Problem {
  if (!isFields(body)) return { code: 100, details: 'The body must be a JSON object.' };
  const kind = kindOf(body);
  if (typeof kind !== 'string') return kind;
  const problem = apiProblem(body, kind, api) ?? envelopeProblem(body) ?? contentProblem(body, kind);
  if (problem) return problem;
  const to = recipientOf(body, businessDigits);
  if (isProblem(to)) return to;
  if (kind === 'pin' && to.groupId === undefined)
    return { code: 100, details: 'Param recipient_type must be "group" for messages of the type pin.' };
  return {
    ...to,
    kind,
    content: body[kind],
    callbackData: (body.biz_opaque_callback_data as string | undefined) ?? null,
    identityHash: (body.recipient_identity_key_hash as string | undefined) ?? null,
  };
}

/** Judges a read receipt, with or without the typing indicator (cloud-api.md §1.4). */
export function readReceiptProblem(body: unknown): Problem | undefined {
  const found = READ_RECEIPT(body);
  return found && problemOf(found, { missing: 100 });
}

const READ_RECEIPT = object({
  messaging_product: required(word('whatsapp')),
  status: required(word('read')),
  message_id: required(text()),
  typing_indicator: optional(object({ type: required(word('text')) })),
});

function kindOf(body: Readonly<Record<string, unknown>>): Kind | Problem {
  if (body.messaging_product === undefined) return missing('messaging_product');
  if (body.messaging_product !== 'whatsapp')
    return { code: 100, details: 'Param messaging_product must be "whatsapp".' };
  const kind = body.type ?? 'text';
  if (typeof kind === 'string' && Object.hasOwn(KINDS, kind)) return kind as Kind;
  const known = Object.keys(KINDS).join(', ').toUpperCase();
  return { code: 100, details: `Param type must be one of {${known}} - got "${String(kind)}".` };
}

/** /marketing_messages takes templates, and nothing that says it is something else (cloud-api.md §1.5). */
function apiProblem(body: Readonly<Record<string, unknown>>, kind: Kind, api: SendApi): Problem | undefined {
  if (api === 'messages') return undefined;
  if (kind !== 'template') return { code: 100, details: 'Message must be a template message.' };
  return body.category === undefined || body.category === 'marketing'
    ? undefined
    : { code: 134100, details: 'Param category must be marketing on this endpoint.' };
}

function envelopeProblem(body: Readonly<Record<string, unknown>>): Problem | undefined {
  for (const [name, rule, code] of ENVELOPE) {
    const value = body[name];
    if (value === undefined || value === null) continue;
    const found = rule(value);
    if (found) return problemOf({ ...below(name, found), code: code ?? found.code });
  }
  return undefined;
}

function contentProblem(body: Readonly<Record<string, unknown>>, kind: Kind): Problem | undefined {
  const content = body[kind];
  const found = content === undefined || content === null ? mistake('missing', 'is mandatory') : KINDS[kind](content);
  if (!found) return undefined;
  const placed = below(kind, found);
  if (found.rule !== 'is mandatory') return problemOf(placed);
  return { code: found.code ?? CODES.missing, details: `Parameter '${placed.at}' is mandatory for type '${kind}'` };
}

function recipientOf(
  body: Readonly<Record<string, unknown>>,
  businessDigits: string,
): (Recipient & { readonly input: string }) | Problem {
  const { to, recipient } = body;
  if (to === undefined || to === null) {
    if (recipient === undefined || recipient === null) return missing('to');
    if (typeof recipient === 'string' && isUserId(recipient)) return { input: recipient, userId: recipient };
    return { code: 131009, details: "Parameter 'recipient' is not a business-scoped user id" };
  }
  if (body.recipient_type === 'group') {
    if (typeof to === 'string' && to.trim() !== '') return { input: to, groupId: to };
    return { code: 131009, details: "Parameter 'to' is not the id of a group" };
  }
  const digits = typeof to === 'string' ? phoneDigits(to) : undefined;
  if (digits === undefined) return { code: 131009, details: "Parameter 'to' is not a valid phone number" };
  const input = to as string;
  return { input, waId: waIdOf(internationalDigits(input, digits, businessDigits)) };
}

const missing = (name: string): Problem => ({ code: 100, details: `The parameter ${name} is required.` });

function problemOf(found: Mistake, codes: Partial<Record<MistakeKind, number>> = {}): Problem {
  return {
    code: found.code ?? codes[found.kind] ?? CODES[found.kind],
    details: `Param ${found.at === '' ? 'body' : found.at} ${found.rule}.`,
  };
}
