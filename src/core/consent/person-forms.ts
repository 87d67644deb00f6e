import { personKey } from './person-key.js';

/** How a number is written that `personKey` has rewritten, so that both ways are found. */
const WRITTEN_ALSO: readonly { readonly pattern: RegExp; readonly as: string }[] = [
  { pattern: /^55(\d{2})([6-9]\d{7})$/, as: '55$19$2' },
  { pattern: /^52(\d{10})$/, as: '521$1' },
  { pattern: /^54(\d{10})$/, as: '549$1' },
];

/**
 * Every way in which a person's name may be stored: a phone number with and without its `+`, and both forms of a
 * Brazilian, Mexican or Argentinian mobile number; a business-scoped user id as it is. `personKey` of each is the same.
 */
export function personForms(id: string): string[] {
  const key = personKey(id);
  if (!key.startsWith('+')) return [key];
  const digits = key.slice(1);
  const row = WRITTEN_ALSO.find(({ pattern }) => pattern.test(digits));
  const all = row === undefined ? [digits] : [digits, digits.replace(row.pattern, row.as)];
  return all.flatMap((form) => [form, `+${form}`]);
}
