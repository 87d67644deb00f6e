import type { GraphRefusal } from '../graph/graph-error.js';
import { invalidParameter } from '../graph/invalid-parameter.js';

const LONGEST_URI = 200;

/** Asks a callback for the challenge; null when it answered with it, else what went wrong. */
export type Challenger = (uri: string, verifyToken: string) => Promise<string | null>;

/**
 * The callback that an override asks for, verified by the GET handshake; '' removes it. Or what Graph refuses it for
 * (cloud-api.md §4.1).
 */
export async function verifiedOverride(
  { override_callback_uri: uri, verify_token: token }: Readonly<Record<string, unknown>>,
  challenge: Challenger,
): Promise<{ readonly uri: string | undefined } | GraphRefusal> {
  const field = 'override_callback_uri';
  if (uri === '') return { uri: undefined };
  if (typeof uri !== 'string' || !/^https?:\/\//.test(uri) || !URL.canParse(uri)) {
    return invalidParameter({ field, rule: `${field} must be a URL` });
  }
  if (uri.length > LONGEST_URI)
    return invalidParameter({ field, rule: `${field} can have at most ${LONGEST_URI} characters` });
  if (typeof token !== 'string' || token === '')
    return invalidParameter({ field: 'verify_token', rule: 'verify_token is required' });
  const problem = await challenge(uri, token);
  if (problem === null) return { uri };
  return invalidParameter({
    field,
    rule: `The URL couldn't be validated: ${problem}.`,
    subcode: 2200,
    title: 'Callback verification failed',
  });
}
