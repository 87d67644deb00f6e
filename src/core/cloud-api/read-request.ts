import { type FieldError, GatewayError } from '../gateway-error.js';
import { isStorableText } from '../text/well-formed.js';

/** A body of `POST /{version}/{phone_number_id}/messages`, told apart. */
export type CloudApiRequest =
  | { readonly kind: 'send'; readonly message: Record<string, unknown>; readonly input: string }
  | { readonly kind: 'read'; readonly receipt: ReadReceipt };

/** A read receipt as Meta takes it, and nothing else (Meta, "Mark messages as read" and "Typing indicators"). */
export interface ReadReceipt {
  readonly messaging_product: 'whatsapp';
  readonly status: 'read';
  readonly message_id: string;
  readonly typing_indicator?: unknown;
}

/** Fields of Meta's envelope that have another name with us, or none. */
const NOT_OURS = new Set(['messaging_product', 'biz_opaque_callback_data']);

/** Fields of ours that Meta does not have: a Cloud API client that sends one means something else by it. */
const NOT_METAS = [
  'phone_number_id',
  'pool_id',
  'callback_data',
  'metadata',
  'priority',
  'fairness_key',
  'on_unknown',
  'send_at',
  'expires_at',
  'validate_only',
];

const MOST_OF_A_WAMID = 128;

/**
 * Reads a request of a Cloud API client: either a message in the shape that `POST /v1/messages` takes, still to be
 * checked by its rules, or a read receipt. Takes what Graph takes: a missing `type` is text, and an object may come as
 * its JSON text. Throws `invalid_request` for what is in neither form (Meta, "Messages API").
 */
export function readCloudApiRequest(phoneNumberId: string, body: unknown): CloudApiRequest {
  if (body === null || typeof body !== 'object' || Array.isArray(body)) throw invalid('', 'the body must be an object');
  const given = body as Record<string, unknown>;
  if (given.messaging_product !== 'whatsapp') {
    throw invalid('/messaging_product', 'messaging_product must be whatsapp');
  }
  return given.status === undefined ? readSend(phoneNumberId, given) : readReceipt(given);
}

function readSend(phoneNumberId: string, given: Record<string, unknown>): CloudApiRequest {
  const ours = NOT_METAS.find((name) => Object.hasOwn(given, name));
  if (ours !== undefined) throw invalid(`/${ours}`, `property ${ours} should not exist`);
  const type = given.type ?? 'text';
  const message: Record<string, unknown> = { phone_number_id: phoneNumberId, type };
  for (const [name, value] of Object.entries(given)) {
    if (NOT_OURS.has(name) || name === 'type' || value === undefined || value === null) continue;
    message[name] = name === type || name === 'context' ? unfold(value) : value;
  }
  if (message.to !== undefined) {
    if (given.recipient_type !== 'group') message.to = international(message.to);
    // Meta: when both are given, the phone number wins.
    delete message.recipient;
  }
  if (given.biz_opaque_callback_data !== undefined && given.biz_opaque_callback_data !== null) {
    message.callback_data = given.biz_opaque_callback_data;
  }
  const input = given.to ?? given.recipient;
  return { kind: 'send', message, input: typeof input === 'string' ? input : '' };
}

function readReceipt(given: Record<string, unknown>): CloudApiRequest {
  if (given.status !== 'read') throw invalid('/status', 'status must be read');
  const { message_id, typing_indicator: typing } = given;
  if (typeof message_id !== 'string' || !isWamid(message_id)) {
    throw invalid('/message_id', 'message_id must be the wamid of a message that was received');
  }
  const receipt = { messaging_product: 'whatsapp', status: 'read', message_id } as const;
  return {
    kind: 'read',
    receipt: typing === undefined || typing === null ? receipt : { ...receipt, typing_indicator: typing },
  };
}

/** It is looked for among ours: what PostgreSQL cannot store is the id of nothing. */
function isWamid(id: string): boolean {
  return id.length > 0 && id.length <= MOST_OF_A_WAMID && isStorableText(id);
}

/** Graph takes objects as JSON text too, which older clients and forms send. What is no JSON stays for the rules. */
function unfold(value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith('{')) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/**
 * Graph takes a number without its `+`, as it writes `wa_id`s itself, and with brackets, blanks and hyphens. The
 * country code has to be there: Meta would put the sender's before a number without one, which we cannot tell apart.
 */
function international(to: unknown): unknown {
  if (typeof to !== 'string') return to;
  const plain = to.replace(/[\s()-]/g, '');
  return /^\d+$/.test(plain) ? `+${plain}` : plain;
}

/** The error in our terms; `pointer` is into the caller's body. */
function invalid(pointer: string, detail: string): GatewayError {
  const errors: FieldError[] = pointer === '' ? [] : [{ pointer, detail }];
  return new GatewayError('invalid_request', detail, { errors });
}
