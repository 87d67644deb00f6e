import { toSeconds } from '../clock/clock.js';
import { toMetaJson } from './signature.js';

/** One update on its way to the callbacks, with what the envelope says about it. */
export interface WebhookUpdate {
  readonly wabaId: string;
  readonly field: string;
  /** The number of a `messages` update, whose updates share one `value`. Absent for other fields. */
  readonly number?: { readonly id: string; readonly digits: string };
  /** Which list of the `value` the body goes to; absent: the body is the whole value. */
  readonly list?: 'statuses' | 'messages';
  readonly body: unknown;
  /** The contact of an inbound message. */
  readonly contact?: unknown;
  /** `entry.time`; only on fields other than `messages` (cloud-api.md §4.3). */
  readonly timeSeconds?: number;
}

/** An update whose parts have been written as Meta writes JSON: once, however many callbacks it goes to. */
export interface WrittenUpdate extends Omit<WebhookUpdate, 'body' | 'contact'> {
  readonly body: string;
  readonly contact: string | undefined;
}

interface Sender {
  readonly id: string;
  readonly digits: string;
  readonly wabaId: string;
}

const plain = ({ id, digits }: Sender) => ({ id, digits });

/** A status of a message that `number` sent. */
export const statusUpdate = (number: Sender, status: unknown): WebhookUpdate => ({
  wabaId: number.wabaId,
  field: 'messages',
  number: plain(number),
  list: 'statuses',
  body: status,
});

/** A message that a user wrote to `number`. */
export const messageUpdate = (number: Sender, message: unknown, contact?: unknown): WebhookUpdate => ({
  wabaId: number.wabaId,
  field: 'messages',
  number: plain(number),
  list: 'messages',
  body: message,
  contact,
});

/** An update of any field but `messages`: `value` as Meta writes it; `atMs` is told as `entry.time`. */
export const fieldUpdate = (field: string, wabaId: string, value: unknown, atMs: number): WebhookUpdate => ({
  wabaId,
  field,
  body: value,
  timeSeconds: toSeconds(atMs),
});

/** Writes the parts of an update. */
export function writeUpdate(update: WebhookUpdate): WrittenUpdate {
  const { body, contact, ...rest } = update;
  return { ...rest, body: toMetaJson(body), contact: contact === undefined ? undefined : toMetaJson(contact) };
}

/** Characters around an update at most: the entry, change and value that it may need for itself. */
const FRAME = 320;

/** What an update adds to a body at most, in bytes (all is ASCII). */
export const sizeOf = ({ body, contact }: WrittenUpdate): number => body.length + (contact?.length ?? 0) + FRAME;

interface Value {
  readonly number: { readonly id: string; readonly digits: string };
  readonly list: 'statuses' | 'messages';
  readonly contacts: string[];
  readonly bodies: string[];
}

interface Entry {
  readonly head: string;
  readonly changes: (Value | string)[];
}

/**
 * The webhook body of some updates: an entry per account, a change per phone number and kind of list, in the order of
 * the updates. Updates of other fields get an entry of their own, as each has its own time.
 */
export function envelopeOf(updates: readonly WrittenUpdate[]): string {
  const entries: Entry[] = [];
  const messageEntries = new Map<string, Entry>();
  const values = new Map<string, Value>();
  for (const update of updates) {
    const { wabaId, timeSeconds, body, field, number, list, contact } = update;
    if (!number || !list) {
      const time = timeSeconds === undefined ? '' : `,"time":${timeSeconds}`;
      entries.push({ head: `"id":${JSON.stringify(wabaId)}${time}`, changes: [change(body, field)] });
      continue;
    }
    const value = findOrAdd(values, `${number.id}/${list}`, () => {
      const added: Value = { number, list, contacts: [], bodies: [] };
      const entry = findOrAdd(messageEntries, wabaId, () => {
        const fresh: Entry = { head: `"id":${JSON.stringify(wabaId)}`, changes: [] };
        entries.push(fresh);
        return fresh;
      });
      entry.changes.push(added);
      return added;
    });
    if (contact !== undefined) value.contacts.push(contact);
    value.bodies.push(body);
  }
  const written = entries.map(({ head, changes }) => `{${head},"changes":[${changes.map(changeOf).join(',')}]}`);
  return `{"object":"whatsapp_business_account","entry":[${written.join(',')}]}`;
}

const change = (value: string, field: string): string => `{"value":${value},"field":${toMetaJson(field)}}`;

function changeOf(of: Value | string): string {
  if (typeof of === 'string') return of;
  const { number, list, contacts, bodies } = of;
  const metadata = toMetaJson({ display_phone_number: number.digits, phone_number_id: number.id });
  const people = contacts.length === 0 ? '' : `"contacts":[${contacts.join(',')}],`;
  const value = `{"messaging_product":"whatsapp","metadata":${metadata},${people}"${list}":[${bodies.join(',')}]}`;
  return change(value, 'messages');
}

function findOrAdd<V>(map: Map<string, V>, key: string, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
