import { fbtraceId, type GraphRefusal } from '../graph/graph-error.js';
import { invalidParameter } from '../graph/invalid-parameter.js';
import { json, type Reply } from '../http/reply.js';
import type { PhoneRecord } from './phone-record.js';

/** Users a number can block, and those one request may name. */
const MOST_BLOCKED = 64_000;
const MOST_IN_REQUEST = 1000;

/** What the change of the list depends on. */
export interface BlockContext {
  /** Whether the user has written in the last 24 hours: nobody else can be blocked. Undefined: not asked. */
  readonly hasWritten?: (digits: string) => boolean;
}

interface Failed {
  readonly input: string;
  readonly wa_id: string;
  readonly errors: readonly {
    readonly message: string;
    readonly code: number;
    readonly error_data: { readonly details: string };
  }[];
}

const digitsOf = (input: string): string => input.replace(/\D/g, '');

/** The users a request names, or what Graph refuses it for. */
export function usersIn(body: Readonly<Record<string, unknown>>): string[] | GraphRefusal {
  if (body.messaging_product !== 'whatsapp')
    return invalidParameter({ field: 'messaging_product', rule: 'messaging_product must be whatsapp' });
  const list = body.block_users;
  if (!Array.isArray(list) || list.length === 0)
    return invalidParameter({ field: 'block_users', rule: 'block_users must be a list of at least one user' });
  if (list.length > MOST_IN_REQUEST) {
    return invalidParameter({ field: 'block_users', rule: `block_users can have at most ${MOST_IN_REQUEST} users` });
  }
  const users = list.map((item: unknown) => (item as { readonly user?: unknown } | null)?.user);
  const odd = users.findIndex((user) => typeof user !== 'string' || user === '');
  return odd < 0
    ? (users as string[])
    : invalidParameter({ field: `block_users[${odd}].user`, rule: `block_users[${odd}].user must be a phone number` });
}

/** Blocks users; those that can't be come back with their errors beside those that could. Changes `record`. */
export function blockUsers(record: PhoneRecord, inputs: readonly string[], { hasWritten }: BlockContext): Reply {
  const added: object[] = [];
  const failed: Failed[] = [];
  for (const input of inputs) {
    const digits = digitsOf(input);
    const problem = problemOf(record, digits, hasWritten);
    if (problem) {
      failed.push({ input, wa_id: digits, errors: [problem] });
      continue;
    }
    record.blocked.set(digits, { input });
    added.push({ input, wa_id: digits });
  }
  return answer('added_users', added, failed);
}

/** Takes users off the list; those who are not on it fail. Changes `record`. */
export function unblockUsers(record: PhoneRecord, inputs: readonly string[]): Reply {
  const removed: object[] = [];
  const failed: Failed[] = [];
  for (const input of inputs) {
    const digits = digitsOf(input);
    if (record.blocked.delete(digits)) removed.push({ input, wa_id: digits });
    else failed.push({ input, wa_id: digits, errors: [problem(139_103, 'The user is not blocked.')] });
  }
  return answer('removed_users', removed, failed);
}

function problemOf(record: PhoneRecord, digits: string, hasWritten: BlockContext['hasWritten']) {
  if (!/^\d{8,15}$/.test(digits)) return problem(131_021, 'The user is not a phone number.');
  if (hasWritten && !hasWritten(digits)) {
    return problem(131_047, 'Only users who wrote in the last 24 hours can be blocked.');
  }
  const isFull = record.blocked.size >= MOST_BLOCKED && !record.blocked.has(digits);
  return isFull ? problem(139_101, `A number can block at most ${MOST_BLOCKED} users.`) : undefined;
}

const problem = (code: number, details: string) => ({
  message: 'Failed to block/unblock user',
  code,
  error_data: { details },
});

/** All is well: 200 and the list. Some or all failed: an error beside the lists (Meta's code 139100). */
function answer(key: 'added_users' | 'removed_users', done: readonly object[], failed: readonly Failed[]): Reply {
  const list = { ...(done.length > 0 ? { [key]: done } : {}), ...(failed.length > 0 ? { failed_users: failed } : {}) };
  const body = { messaging_product: 'whatsapp', block_users: list };
  if (failed.length === 0) return json(body);
  const error = {
    message: '(#139100) Failed to block/unblock some users',
    type: 'OAuthException',
    code: 139_100,
    error_data: { details: 'Failed to block some users, see the block_users response list for details' },
    fbtrace_id: fbtraceId(),
  };
  return json({ ...body, error }, done.length > 0 ? 200 : 400);
}
