/**
 * An embedded server cannot start or has gone, for a reason that a person can act on: the message says what was found
 * and what to do about it, so a process may print it without the stack.
 */
export class EmbeddedServerError extends Error {
  override readonly name = 'EmbeddedServerError';
}
