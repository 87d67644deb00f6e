/** Digits at the end that identify a subscriber whatever prefix a country's numbering plan puts before them. */
const SUBSCRIBER_DIGITS = 7;

/**
 * Tells whether the recipient that Meta reports can be the one a message was sent to. Meta rewrites some numbers
 * (Brazil's ninth digit, Mexico's and Argentina's mobile prefix), so the answer's `wa_id` or the last digits decide.
 */
export function isSameRecipient(sentTo: string, waId: string | null, reported: string): boolean {
  const digits = (text: string) => text.replace(/\D/g, '');
  const [sent, said] = [digits(sentTo), digits(reported)];
  if (said === '') return false;
  if (said === sent || (waId !== null && said === digits(waId))) return true;
  return said.length >= SUBSCRIBER_DIGITS && sent.slice(-SUBSCRIBER_DIGITS) === said.slice(-SUBSCRIBER_DIGITS);
}
