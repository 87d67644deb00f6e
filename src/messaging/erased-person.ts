import { createHmac } from 'node:crypto';

/**
 * The name under which the opt-out of an erased person is kept: an HMAC of their key (`personKey`) under the pepper.
 * It still stops marketing to them, and who reads the database learns nobody's number from it.
 */
export function erasedPerson(person: string, pepper: string): string {
  return `erased:${createHmac('sha256', pepper).update(`erased person\n${person}`).digest('base64url')}`;
}
