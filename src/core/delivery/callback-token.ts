import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a token says: this status belongs to that attempt of that message. */
export interface CallbackToken {
  /** UUID in its canonical text form. */
  readonly messageId: string;
  /** 1, 2, … */
  readonly attempt: number;
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const TOKEN = /^w1\.([a-z2-7]{26})\.([1-9][0-9]{0,5})\.([A-Za-z0-9_-]{8})$/;

/**
 * Writes the token that travels in `biz_opaque_callback_data` and comes back in every status: the only thing that
 * ties a send whose answer was lost to what Meta says of it later. It holds no personal data (any app on the WABA can
 * read it) and a MAC, so that nobody can report on a message of ours by guessing.
 */
export function writeToken(token: CallbackToken, key: Buffer): string {
  const head = `w1.${toBase32(Buffer.from(token.messageId.replaceAll('-', ''), 'hex'))}.${token.attempt}`;
  return `${head}.${macOf(head, key).toString('base64url')}`;
}

/**
 * Reads a token back, or gives null when the text is not one of ours or no key made its MAC. Several keys are tried,
 * so that tokens written before a key rotation still count.
 */
export function readToken(text: string, keys: readonly Buffer[]): CallbackToken | null {
  const match = TOKEN.exec(text);
  if (match === null) return null;
  const [, id = '', attempt = '', mac = ''] = match;
  const given = Buffer.from(mac, 'base64url');
  const head = `w1.${id}.${attempt}`;
  if (!keys.some((key) => timingSafeEqual(macOf(head, key), given))) return null;
  return { messageId: toUuid(fromBase32(id)), attempt: Number(attempt) };
}

/** 48 bits: a forger gets one guess per signed webhook, and every miss is counted. */
function macOf(head: string, key: Buffer): Buffer {
  return createHmac('sha256', key).update(head).digest().subarray(0, 6);
}

function toBase32(bytes: Buffer): string {
  let bits = 0;
  let pending = 0;
  let text = '';
  for (const byte of bytes) {
    pending = (pending << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(pending >> bits) & 31];
    }
    pending &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + ALPHABET[(pending << (5 - bits)) & 31];
}

function fromBase32(text: string): Buffer {
  let bits = 0;
  let pending = 0;
  const bytes: number[] = [];
  for (const letter of text) {
    pending = (pending << 5) | ALPHABET.indexOf(letter);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((pending >> bits) & 255);
    }
    pending &= (1 << bits) - 1;
  }
  return Buffer.from(bytes);
}

function toUuid(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
