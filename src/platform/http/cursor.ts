import { GatewayError } from '../../core/gateway-error.js';

/** Writes a cursor so that callers do not take it apart. */
export function writeCursor(parts: readonly (string | number)[]): string {
  return Buffer.from(parts.join('~')).toString('base64url');
}

/** Reads a cursor back. Throws `invalid_request` for `field` when it is not one of ours. */
export function readCursor(text: string, pattern: RegExp, field: string): string[] {
  const plain = Buffer.from(text, 'base64url').toString('latin1');
  if (!pattern.test(plain)) {
    const detail = `${field} must be a value that an earlier answer gave`;
    throw new GatewayError('invalid_request', detail, { errors: [{ pointer: `/${field}`, detail }] });
  }
  return plain.split('~');
}
