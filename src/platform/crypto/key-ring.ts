import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { EncryptionKey } from '../config/setting-parsers.js';

const ALGORITHM = 'aes-256-gcm';

/** Node takes shorter tags unless told otherwise, and a short tag is easier to guess. */
const TAG = { authTagLength: 16 };

/**
 * Encrypts what must not be readable in a dump of the database. The text form is `kid.iv.tag.ciphertext` (base64url);
 * `place` (table, row and column) is authenticated with it, so that a ciphertext moved to another row does not decrypt.
 */
export class KeyRing {
  private readonly keys: ReadonlyMap<string, Buffer>;
  private readonly active: EncryptionKey;
  /** Keys for callback tokens, derived from every key of the ring, the active one first. */
  readonly tokenKeys: readonly Buffer[];

  constructor(ring: readonly EncryptionKey[]) {
    const [active] = ring;
    if (active === undefined) throw new Error('a key ring holds at least one key');
    this.active = active;
    this.keys = new Map(ring.map(({ kid, key }) => [kid, key]));
    this.tokenKeys = ring.map(({ key }) => Buffer.from(hkdfSync('sha256', key, '', 'heliograph callback token', 32)));
  }

  /** Encrypts with the active key. */
  seal(plain: string, place: string): string {
    const iv = randomBytes(12);
    const cipher = createCipheriv(ALGORITHM, this.active.key, iv, TAG).setAAD(Buffer.from(place));
    const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    const parts = [iv, cipher.getAuthTag(), sealed].map((part) => part.toString('base64url'));
    return [this.active.kid, ...parts].join('.');
  }

  /** Decrypts with the key that the text names. Throws when that key is missing or the text was moved or changed. */
  open(sealed: string, place: string): string {
    const [kid = '', iv = '', tag = '', body = ''] = sealed.split('.');
    const key = this.keys.get(kid);
    if (key === undefined) throw new Error(`ENCRYPTION_KEYS has no key "${kid}", which ${place} is encrypted with`);
    const decipher = createDecipheriv(ALGORITHM, key, Buffer.from(iv, 'base64url'), TAG)
      .setAAD(Buffer.from(place))
      .setAuthTag(Buffer.from(tag, 'base64url'));
    try {
      return Buffer.concat([decipher.update(Buffer.from(body, 'base64url')), decipher.final()]).toString('utf8');
    } catch (cause) {
      throw new Error(`${place} cannot be decrypted: it was changed, moved, or encrypted with another "${kid}"`, {
        cause,
      });
    }
  }
}
