import { isISO8601 } from 'class-validator';
import { wamid } from '../core/content/wamid.js';
import type { FieldError } from '../core/gateway-error.js';
import { FAIRNESS_KEY } from '../core/limits/fair-share.js';
import { isBsuid, parsePhone } from '../core/phone/recipient.js';
import { anyObject, type Fields, object } from '../core/shape/object-shape.js';
import { addFault, described, nullable, optional, type Shape } from '../core/shape/shape.js';
import { oneOf, text } from '../core/shape/text-shape.js';
import { flag, integer } from '../core/shape/value-shapes.js';
import { KIND_NAMES, KINDS, type Kind } from './kinds/kinds.js';

/** Priorities, the most urgent first: their order is the order in which messages of a number go out. */
export const PRIORITIES = ['authentication', 'utility', 'marketing'] as const;

/** A priority's name. */
export type Priority = (typeof PRIORITIES)[number];

/** The Cloud API's own options beside the content. They go to Meta as they came. */
export const ENVELOPE_FIELDS = [
  'recipient_identity_key_hash',
  'message_activity_sharing',
  'category',
  'ttl_seconds',
  'direct_send_config',
] as const;

const MOST_METADATA_BYTES = 4096;

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

const instant: Shape = {
  ...text({
    pattern: INSTANT,
    test: (at) => isISO8601(at, { strict: true }),
    rule: 'must be an instant with its offset, such as 2026-12-01T09:00:00Z',
  }),
  schema: { type: 'string', format: 'date-time' },
};

/** The content of a kind as the document shows it. What it must look like is checked by {@link contentRule}. */
const content = (kind: Kind): Shape => ({
  schema: { $ref: `#/components/schemas/${KINDS[kind].schemaName}` },
  isOptional: true,
  check: () => {},
});

/** Whom it goes to, as the document shows it. What it must be depends on the other fields: {@link recipientRule}. */
const recipientField = (example: string): Shape => ({
  schema: { type: 'string', example },
  isOptional: true,
  check: () => {},
});

const FIELDS: Readonly<Record<string, Shape>> = {
  phone_number_id: optional(
    described(
      text({ pattern: /^\d{1,32}$/, rule: 'must be an id of Meta: digits only', example: '106540352242922' }),
      'The business phone number that sends.',
    ),
  ),
  pool_id: optional(
    described(
      text({ pattern: UUID, rule: 'must be a UUID, the id of a pool' }),
      'A number pool, in place of `phone_number_id`: the number that the person knows sends, or one that is well.',
    ),
  ),
  messaging_product: optional(described(oneOf(['whatsapp']), "The Cloud API's own field; it may stay in.")),
  recipient_type: optional(described(oneOf(['individual', 'group']), 'With `group`, `to` is the id of a group.')),
  to: described(
    recipientField('+16505551234'),
    'Phone number in international form, `+` and country code first; or the id of a group.',
  ),
  recipient: described(recipientField('US.13491208655302741918'), 'Business-scoped user id, in place of `to`.'),
  type: described(oneOf(KIND_NAMES), 'Kind of the message; its content stands under the same name.'),
  ...Object.fromEntries(KIND_NAMES.map((kind) => [kind, content(kind)])),
  context: nullable(described(object({ message_id: wamid }), 'The message that this one answers.')),
  recipient_identity_key_hash: optional(
    described(text({ max: 256 }), 'Sends only if the person still has this identity (Meta, error 137000).'),
  ),
  message_activity_sharing: optional(described(flag(), 'Shares what became of a marketing message with Meta’s ads.')),
  category: optional(described(oneOf([...PRIORITIES, 'service']), 'Direct Send: what the message is billed as.')),
  ttl_seconds: optional(described(integer({ min: 30, max: 43_200 }), 'Direct Send: how long Meta keeps trying.')),
  direct_send_config: optional(described(anyObject(), 'Direct Send: see Meta’s documents.')),
  priority: nullable(
    described(
      oneOf(PRIORITIES),
      'Which messages of the number go first. Default: `marketing` for templates, `utility` for everything else.',
    ),
  ),
  fairness_key: nullable(
    described(
      text({ pattern: FAIRNESS_KEY, rule: 'must be 1 to 64 letters, digits, _, -, . or :' }),
      'What it belongs to, such as a campaign: messages of a number that wait at the same priority share its rate evenly by their keys, and all without ' +
        'a key count as one. Within a key they go in the order in which they were accepted. Dropped for `authentication`, which never waits for a share.',
    ),
  ),
  on_unknown: nullable(
    described(
      oneOf(['hold', 'resend']),
      'What to do when nobody knows whether Meta has it: `hold` (default) never sends twice, `resend` may, once.',
    ),
  ),
  send_at: nullable(described(instant, 'Not before this instant.')),
  expires_at: nullable(
    described(instant, 'Not after this instant: the message expires if it could not be sent by then.'),
  ),
  callback_data: nullable(
    described(
      text({ min: 0, max: 512 }),
      'Given back on every event of the message. Stays with us: Meta never sees it.',
    ),
  ),
  metadata: nullable(
    described(
      anyObject([isSmall]),
      "Anything of the caller's, up to 4 kB of JSON, given back with the message and its events.",
    ),
  ),
  validate_only: nullable(
    described(flag(), 'Only says whether the message would be accepted; nothing is stored or sent.'),
  ),
};

/**
 * A message to send: the Cloud API's own fields with our options beside them. `type` names the content object that
 * must be there, and no other may be. `more` are the fields of a wire or a list that stand in each message.
 */
export function messageShapeWith(more: Readonly<Record<string, Shape>>): Shape {
  return object(
    { ...FIELDS, ...more },
    {
      isRequest: true,
      description: "A message to send, in the Cloud API's own shape with our options beside it.",
      rules: [senderRule, recipientRule, contentRule, contextRule],
    },
  );
}

/** A message to send. */
export const messageShape = messageShapeWith({});

/** A number or a pool: exactly one. */
function senderRule(message: Fields, at: string, faults: FieldError[]): void {
  const { phone_number_id, pool_id } = message;
  if (pool_id === undefined) {
    if (phone_number_id === undefined) addFault(faults, `${at}/phone_number_id`, 'must be given, or pool_id instead');
  } else if (phone_number_id !== undefined) {
    addFault(faults, `${at}/pool_id`, 'must not come with phone_number_id: one of them says who sends');
  } else if (message.recipient_type === 'group') {
    addFault(faults, `${at}/pool_id`, 'must not be given for a group, which belongs to one number: name that number');
  }
}

/** A phone number, a group or a user: exactly one, and in the form that it must have. */
function recipientRule(message: Fields, at: string, faults: FieldError[]): void {
  const { to, recipient } = message;
  if (recipient !== undefined) {
    const isGood = to === undefined && typeof recipient === 'string' && isBsuid(recipient);
    const rule = 'must be a business-scoped user id such as US.1349…, given instead of to';
    if (!isGood) addFault(faults, `${at}/recipient`, rule);
  } else if (message.recipient_type === 'group') {
    if (typeof to !== 'string' || !GROUP_ID.test(to)) addFault(faults, `${at}/to`, 'must be the id of a group');
  } else if (typeof to !== 'string' || parsePhone(to) === null) {
    const rule = 'must be a phone number in international form: + and country code, 8 to 15 digits in all';
    addFault(faults, `${at}/to`, rule);
  }
}

const GROUP_ID = /^[\w+/=.:@-]{1,256}$/;

/** The content named like the type is there and good, and no other is there. */
function contentRule(message: Fields, at: string, faults: FieldError[]): void {
  const { type } = message;
  if (typeof type !== 'string' || !isKind(type)) return;
  const extra = KIND_NAMES.find((kind) => kind !== type && message[kind] !== undefined);
  const given = message[type];
  if (given === undefined || given === null) addFault(faults, `${at}/type`, `${type} needs its content in ${type}`);
  else KINDS[type].content.check(given, `${at}/${type}`, faults);
  if (extra !== undefined) addFault(faults, `${at}/type`, `${type} must not come with ${extra}`);
}

function isKind(type: string): type is Kind {
  return (KIND_NAMES as string[]).includes(type);
}

/** A reaction names its message itself (Meta, "Contextual replies"). */
function contextRule(message: Fields, at: string, faults: FieldError[]): void {
  if (message.type !== 'reaction' || message.context === undefined || message.context === null) return;
  addFault(faults, `${at}/context`, 'must not be given when type is reaction');
}

function isSmall(value: Fields, at: string, faults: FieldError[]): void {
  if (Buffer.byteLength(JSON.stringify(value)) <= MOST_METADATA_BYTES) return;
  addFault(faults, at, `must be at most ${MOST_METADATA_BYTES} bytes of JSON`);
}
