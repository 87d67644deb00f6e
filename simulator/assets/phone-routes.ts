import type { GraphCall } from '../graph/call.js';
import { type NodeFields, readNode } from '../graph/fields.js';
import { type GraphRefusal, unknownField } from '../graph/graph-error.js';
import { refused } from '../graph/graph-router.js';
import { invalidParameter } from '../graph/invalid-parameter.js';
import { isRefusedPage, pageOf } from '../graph/paging.js';
import type { NodeRoute } from '../graph/registry.js';
import { json, type Reply } from '../http/reply.js';
import type { Accounts } from './accounts.js';
import { blockUsers, unblockUsers, usersIn } from './block-users.js';
import { type Challenger, verifiedOverride } from './callback-override.js';
import type { PhoneRecord } from './phone-record.js';
import type { PhoneNumber } from './platform-state.js';
import { changedProfile, shownProfile } from './profile.js';
import { deregister, register, requestCode, setPin, verifyCode } from './registration.js';

/** What the routes of numbers work with. */
export interface PhoneRouteParts {
  readonly accounts: Accounts;
  readonly fields: NodeFields<PhoneNumber>;
  readonly challenge: Challenger;
  /** Six digits for a code by SMS or voice. */
  readonly newCode: () => string;
  /** Whether a user has written to the number in the last 24 hours; undefined: blocking does not ask. */
  readonly hasWritten?: (phoneNumberId: string, digits: string, atMs: number) => boolean;
  /** A new display name was handed in for review. */
  readonly reviewName: (number: PhoneNumber) => void;
  /** The PIN of the two-step verification was changed. */
  readonly announcePin: (number: PhoneNumber) => void;
}

type Fields = Readonly<Record<string, unknown>>;

const SUCCESS: Reply = json({ success: true });

/** The members of a body; a body that is no object has none. */
const fieldsOf = (body: unknown): Fields => (typeof body === 'object' && body !== null ? (body as Fields) : {});

const done = (refusal: GraphRefusal | undefined): Reply => (refusal ? refused(refusal) : SUCCESS);

/** Operations on a phone number that do not send. */
export function phoneRoutes(parts: PhoneRouteParts): readonly NodeRoute<PhoneNumber>[] {
  const { accounts, fields } = parts;
  const of = ({ id }: PhoneNumber): PhoneRecord => accounts.phoneOf(id);
  const post = (
    edge: string,
    act: (record: PhoneRecord, call: GraphCall, body: Fields) => GraphRefusal | undefined,
  ): NodeRoute<PhoneNumber> => ({
    method: 'POST',
    edge,
    budget: 'management',
    answer: (call, number) => done(act(of(number), call, fieldsOf(call.body))),
  });
  return [
    {
      method: 'GET',
      edge: '',
      budget: 'management',
      answer: ({ request }, number) => readNode(number, fields, request.query.get('fields')),
    },
    {
      method: 'POST',
      edge: '',
      budget: 'management',
      answer: ({ body }, number) => changeNumber(parts, number, fieldsOf(body)),
    },
    post('register', (record, { atMs }, body) => register(record, body, atMs)),
    post('deregister', (record, { atMs }) => deregister(record, atMs)),
    post('request_code', (record, { atMs }, body) => requestCode(record, body, parts.newCode, atMs)),
    post('verify_code', (record, { atMs }, body) => verifyCode(record, body, atMs)),
    { method: 'GET', edge: 'settings', budget: 'management', answer: (_call, number) => json(of(number).settings) },
    post('settings', (record, _call, body) => changeSettings(record, body)),
    ...profileRoutes(of),
    ...blockRoutes(parts),
  ];
}

/** Members of `POST /{phone}`, in the order in which Graph judges them. */
const CHANGES = [
  'pin',
  'webhook_configuration',
  'new_display_name',
  'username',
  'search_visibility',
  'connection_status',
  'webhook_url',
  'whatsapp_business_api_data',
  'messaging_product',
];

async function changeNumber(parts: PhoneRouteParts, number: PhoneNumber, body: Fields): Promise<Reply> {
  const record = parts.accounts.phoneOf(number.id);
  const unknown = Object.keys(body).find((key) => !CHANGES.includes(key));
  if (unknown !== undefined || Object.keys(body).length === 0) {
    const rule = unknown === undefined ? 'The request changes nothing' : `Unexpected key "${unknown}" on param`;
    return refused(invalidParameter({ ...(unknown === undefined ? {} : { field: unknown }), rule }));
  }
  const refusal = nameRefusal(body) ?? (body.pin === undefined ? undefined : setPin({ ...record }, body.pin));
  if (refusal) return refused(refusal);
  if (body.webhook_configuration !== undefined) {
    const override = await verifiedOverride(fieldsOf(body.webhook_configuration), parts.challenge);
    if ('code' in override) return refused(override);
    record.overrideUri = override.uri;
  }
  if (body.pin !== undefined) {
    setPin(record, body.pin);
    parts.announcePin(number);
  }
  if (typeof body.username === 'string') record.username = body.username;
  if (body.search_visibility !== undefined)
    record.searchVisibility = body.search_visibility === 'HIDDEN' ? 'HIDDEN' : 'VISIBLE';
  if (typeof body.new_display_name === 'string') {
    record.newName = body.new_display_name;
    record.newNameStatus = 'PENDING_REVIEW';
    parts.reviewName(number);
  }
  return SUCCESS;
}

function nameRefusal({
  new_display_name: name,
  username,
  search_visibility: visibility,
}: Fields): GraphRefusal | undefined {
  if (name !== undefined && !(typeof name === 'string' && name.length >= 2 && name.length <= 75)) {
    return invalidParameter({ field: 'new_display_name', rule: 'new_display_name must have 2 to 75 characters' });
  }
  if (username !== undefined && !(typeof username === 'string' && /^[a-z0-9._]{3,35}$/i.test(username))) {
    return invalidParameter({
      field: 'username',
      rule: 'username must have 3 to 35 letters, digits, full stops or underscores',
    });
  }
  const isKnown = visibility === undefined || visibility === 'VISIBLE' || visibility === 'HIDDEN';
  return isKnown
    ? undefined
    : invalidParameter({ field: 'search_visibility', rule: 'search_visibility must be VISIBLE or HIDDEN' });
}

/** Groups of settings that `POST /{phone}/settings` takes; each is merged into what is there. */
const SETTINGS = ['calling', 'payload_encryption', 'storage_configuration', 'user_identity_change'];

function changeSettings(record: PhoneRecord, body: Fields): GraphRefusal | undefined {
  const unknown = Object.keys(body).find((key) => !SETTINGS.includes(key));
  if (unknown !== undefined) return invalidParameter({ field: unknown, rule: `Unexpected key "${unknown}" on param` });
  const odd = Object.keys(body).find((key) => typeof body[key] !== 'object' || body[key] === null);
  if (odd !== undefined) return invalidParameter({ field: odd, rule: `${odd} must be an object` });
  const merged = Object.entries(body).map(([key, value]) => [
    key,
    { ...fieldsOf(record.settings[key]), ...fieldsOf(value) },
  ]);
  record.settings = { ...record.settings, ...Object.fromEntries(merged) };
  return undefined;
}

function profileRoutes(of: (number: PhoneNumber) => PhoneRecord): readonly NodeRoute<PhoneNumber>[] {
  const edge = 'whatsapp_business_profile';
  const budget = 'management';
  return [
    {
      method: 'GET',
      edge,
      budget,
      answer: ({ request }, number) => {
        const shown = shownProfile(of(number).profile, request.query.get('fields'));
        if ('unknownField' in shown)
          return refused(unknownField(String(shown.unknownField), 'WhatsAppBusinessProfile'));
        return json({ data: [shown] });
      },
    },
    {
      method: 'POST',
      edge,
      budget,
      answer: ({ body }, number) => {
        const record = of(number);
        const profile = changedProfile(record.profile, fieldsOf(body));
        if ('code' in profile) return refused(profile);
        record.profile = profile;
        return SUCCESS;
      },
    },
  ];
}

function blockRoutes({ accounts, hasWritten }: PhoneRouteParts): readonly NodeRoute<PhoneNumber>[] {
  const edge = 'block_users';
  const budget = 'management';
  return [
    {
      method: 'GET',
      edge,
      budget,
      answer: ({ request }, number) => {
        const users = [...accounts.phoneOf(number.id).blocked.keys()].map((id) => ({ id }));
        const page = pageOf(users, request);
        if (isRefusedPage(page)) return refused(page);
        const data = page.items.map(({ id }) => ({ messaging_product: 'whatsapp', wa_id: id }));
        return json({ data, ...page.paging });
      },
    },
    {
      method: 'POST',
      edge,
      budget,
      answer: ({ body, atMs }, number) => {
        const users = usersIn(fieldsOf(body));
        if ('code' in users) return refused(users);
        const asked = hasWritten && { hasWritten: (digits: string) => hasWritten(number.id, digits, atMs) };
        return blockUsers(accounts.phoneOf(number.id), users, asked ?? {});
      },
    },
    {
      method: 'DELETE',
      edge,
      budget,
      answer: ({ body }, number) => {
        const users = usersIn(fieldsOf(body));
        return 'code' in users ? refused(users) : unblockUsers(accounts.phoneOf(number.id), users);
      },
    },
  ];
}
