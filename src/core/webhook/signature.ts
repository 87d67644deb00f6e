import { createHmac, timingSafeEqual } from 'node:crypto';

const PREFIX = 'sha256=';
/** Checked before decoding: `Buffer.from('zz', 'hex')` is empty, so two malformed values would compare equal. */
const HEADER = /^sha256=[0-9a-f]{64}$/;

/**
 * Whether Meta signed this body: the header `X-Hub-Signature-256` is `sha256=` and the lower-case hex HMAC-SHA256 of the
 * raw bytes under one of the app secrets (several while a secret is being rotated).
 * Compares in constant time and tries every secret whatever matched before. An empty secret never verifies, for anyone
 * can sign with it. Never throws; whatever is not a valid signature is false.
 * Rule: Meta, "Webhooks: validating payloads".
 */
export function verifySignature(rawBody: Buffer, header: string | undefined, appSecrets: readonly string[]): boolean {
  if (typeof header !== 'string' || !HEADER.test(header) || !Buffer.isBuffer(rawBody)) return false;
  const given = Buffer.from(header.slice(PREFIX.length), 'hex');
  let isSigned = false;
  for (const secret of appSecrets) {
    if (isUsable(secret) && timingSafeEqual(given, digest(rawBody, secret))) isSigned = true;
  }
  return isSigned;
}

/**
 * The value of `X-Hub-Signature-256` that Meta would send with this body: for the simulator and for tests.
 * @throws RangeError when the secret is empty.
 */
export function signBody(rawBody: Buffer, secret: string): string {
  if (!isUsable(secret)) throw new RangeError('a webhook body cannot be signed with an empty app secret');
  return PREFIX + digest(rawBody, secret).toString('hex');
}

function isUsable(secret: string): boolean {
  return typeof secret === 'string' && secret.trim() !== '';
}

function digest(rawBody: Buffer, secret: string): Buffer {
  return createHmac('sha256', secret).update(rawBody).digest();
}
