/** One key of the ring that encrypts secrets in the database. */
export interface EncryptionKey {
  readonly kid: string;
  /** 32 bytes. */
  readonly key: Buffer;
}

type Parser<T> = (text: string | undefined) => T;

/** The setting may be absent. */
export function optional<T>(parse: Parser<T>): Parser<T | undefined> {
  return (value) => (value === undefined ? undefined : parse(value));
}

/** Any text but an empty one. */
export function text(): Parser<string> {
  return (value) => {
    if (value === undefined || value === '') throw new Error('be set');
    return value;
  };
}

/** A text of a least length; the error never shows it. */
export function secret(minLength: number): Parser<string> {
  return (value) => {
    if (value === undefined || value.length < minLength) throw new Error(`have at least ${minLength} characters`);
    return value;
  };
}

/** A whole number within bounds. */
export function integer(min: number, max: number): Parser<number> {
  return (value) => {
    const n = Number(value);
    if (value === undefined || !/^\d+$/.test(value) || n < min || n > max) {
      throw new Error(`be a whole number from ${min} to ${max}, got "${value ?? ''}"`);
    }
    return n;
  };
}

/** One of some words. */
export function word<const T extends string>(words: readonly T[]): Parser<T> {
  return (value) => {
    const found = words.find((w) => w === value);
    if (found === undefined) throw new Error(`be one of ${words.join(', ')}, got "${value ?? ''}"`);
    return found;
  };
}

/** An absolute URL with one of some schemes; given back without a trailing slash. */
export function url(schemes: readonly string[]): Parser<string> {
  return (value) => {
    const parsed = URL.canParse(value ?? '') ? new URL(value ?? '') : null;
    // The value may hold a password, so the message does not repeat it.
    if (parsed === null || !schemes.includes(parsed.protocol)) {
      throw new Error(`be a URL that begins with ${schemes.map((s) => `${s}//`).join(' or ')}`);
    }
    return parsed.href.replace(/\/+$/, '');
  };
}

/** Words separated by commas; an empty text is an empty list. */
export function commaList(value: string | undefined): readonly string[] {
  return (value ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** `kid:base64,kid2:base64`: at least one key of exactly 32 bytes, every kid once. */
export function keyRing(value: string | undefined): readonly EncryptionKey[] {
  const keys = commaList(value).map((entry) => {
    const [kid = '', encoded = ''] = entry.split(':');
    const key = Buffer.from(encoded, 'base64');
    if (!/^[A-Za-z0-9_-]{1,32}$/.test(kid) || key.length !== 32) {
      throw new Error('be a list kid:base64,… where each key has 32 bytes');
    }
    return { kid, key };
  });
  if (keys.length === 0) throw new Error('hold at least one key');
  if (new Set(keys.map((k) => k.kid)).size !== keys.length) throw new Error('name every key once');
  return keys;
}
