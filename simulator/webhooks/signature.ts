import { createHmac } from 'node:crypto';

/**
 * JSON as Meta puts it on the wire: every UTF-16 unit outside ASCII as `\uXXXX` in lower-case hex, `/` as `\/`.
 * The result is plain ASCII and parses to the same value. Source: cloud-api.md §4.1 (an observation, not a document).
 */
export function toMetaJson(value: unknown): string {
  return JSON.stringify(value).replace(/[/\u007f-\uffff]/g, (unit) =>
    unit === '/' ? '\\/' : `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The value of `X-Hub-Signature-256` for these exact bytes. */
export function signatureOf(appSecret: string, rawBody: string | Buffer): string {
  return `sha256=${createHmac('sha256', appSecret).update(rawBody).digest('hex')}`;
}
