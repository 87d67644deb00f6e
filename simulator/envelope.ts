/** One update on its way to the callback, with what the envelope says about it. */
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

interface Value {
  readonly messaging_product: 'whatsapp';
  readonly metadata: { readonly display_phone_number: string; readonly phone_number_id: string };
  contacts?: unknown[];
  messages?: unknown[];
  statuses?: unknown[];
}

interface Entry {
  readonly id: string;
  readonly time?: number;
  readonly changes: { readonly value: unknown; readonly field: string }[];
}

/**
 * Puts updates into one webhook body: an entry per WABA, a change per phone number and kind of list, in the order
 * of the updates. Updates of other fields get an entry of their own, as each has its own time.
 */
export function envelopeOf(updates: readonly WebhookUpdate[]): unknown {
  const entries: Entry[] = [];
  const messageEntries = new Map<string, Entry>();
  const values = new Map<string, Value>();
  for (const update of updates) {
    const { wabaId, timeSeconds, body, field, number, list } = update;
    if (!number || !list) {
      entries.push({ id: wabaId, time: timeSeconds, changes: [{ value: body, field }] });
      continue;
    }
    const value = findOrAdd(values, `${number.id}/${list}`, () => {
      const added = valueFor(number);
      const entry = findOrAdd(messageEntries, wabaId, () => {
        const fresh: Entry = { id: wabaId, changes: [] };
        entries.push(fresh);
        return fresh;
      });
      entry.changes.push({ value: added, field });
      return added;
    });
    addTo(value, update, list);
  }
  return { object: 'whatsapp_business_account', entry: entries };
}

function addTo(value: Value, { body, contact }: WebhookUpdate, list: 'statuses' | 'messages'): void {
  if (contact !== undefined) value.contacts = [...(value.contacts ?? []), contact];
  const bodies = value[list];
  if (bodies) bodies.push(body);
  else value[list] = [body];
}

function findOrAdd<V>(map: Map<string, V>, key: string, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}

const valueFor = (number: { id: string; digits: string }): Value => ({
  messaging_product: 'whatsapp',
  metadata: { display_phone_number: number.digits, phone_number_id: number.id },
});
