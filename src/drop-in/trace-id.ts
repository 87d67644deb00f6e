import { randomBytes } from 'node:crypto';

/** A trace in the form of Meta's, for errors of ours; it stands in no log of Meta's. */
export function newTraceId(): string {
  return `A${randomBytes(17).toString('base64url').slice(0, 22)}`;
}
