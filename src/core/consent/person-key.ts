/** Mobile numbers that Meta writes in two ways: what precedes the subscriber's digits, and what it is written as here. */
const REWRITTEN: readonly { readonly pattern: RegExp; readonly as: string }[] = [
  // Brazil: the ninth digit of mobile numbers, which older accounts lack.
  { pattern: /^55(\d{2})9([6-9]\d{7})$/, as: '55$1$2' },
  // Mexico and Argentina: the mobile prefix of numbers dialled from abroad.
  { pattern: /^521(\d{10})$/, as: '52$1' },
  { pattern: /^549(\d{10})$/, as: '54$1' },
];

/**
 * The name under which a person is remembered, whichever way the number is written: `+16505551234` and Meta's
 * `16505551234` are one, and so are the two forms of a Brazilian, Mexican or Argentinian mobile number. A
 * business-scoped user id is its own name. It is for looking up only, never to send to.
 */
export function personKey(id: string): string {
  if (/[A-Za-z]/.test(id)) return id;
  const digits = id.replace(/\D/g, '');
  const row = REWRITTEN.find(({ pattern }) => pattern.test(digits));
  return `+${row === undefined ? digits : digits.replace(row.pattern, row.as)}`;
}
