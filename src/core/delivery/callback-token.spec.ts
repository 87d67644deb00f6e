import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readToken, writeToken } from './callback-token.js';

const keyOf = (name: string): Buffer => createHash('sha256').update(name).digest();
const KEY = keyOf('current');
const OTHER = keyOf('another');
const TOKEN = { messageId: '0190a5b2-7c4d-7e1f-8a2b-3c4d5e6f7081', attempt: 3 };

const token = fc.record({ messageId: fc.uuid(), attempt: fc.integer({ min: 1, max: 999_999 }) });

describe('a callback token', () => {
  it('comes back as it was written', () => {
    fc.assert(
      fc.property(token, (t) => {
        expect(readToken(writeToken(t, KEY), [KEY])).toEqual(t);
      }),
    );
  });

  it('comes back at the ends of its ranges', () => {
    for (const messageId of ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff']) {
      for (const attempt of [1, 9, 10, 999_999]) {
        const t = { messageId, attempt };
        expect(readToken(writeToken(t, KEY), [KEY])).toEqual(t);
      }
    }
  });

  it('fits into the 512 characters of Meta, in letters that no wire changes', () => {
    fc.assert(
      fc.property(token, (t) => {
        const text = writeToken(t, KEY);
        expect(text.length).toBeLessThanOrEqual(64);
        expect(text).toMatch(/^w1\.[a-z2-7]{26}\.\d{1,6}\.[A-Za-z0-9_-]{8}$/);
      }),
    );
  });

  it('keeps its form from version to version: this one was written by the first', () => {
    expect(writeToken({ messageId: '00112233-4455-6677-8899-aabbccddeeff', attempt: 1 }, KEY)).toBe(
      'w1.aaisem2ekvthpcezvk54zxpo74.1.UUqF5Xwy',
    );
  });

  it('does not hold the message id in the clear', () => {
    expect(writeToken(TOKEN, KEY)).not.toContain(TOKEN.messageId.slice(0, 8));
  });

  it('is read with any key of the ring, so that a rotation orphans no status', () => {
    const text = writeToken(TOKEN, KEY);
    expect(readToken(text, [OTHER, KEY])).toEqual(TOKEN);
    expect(readToken(text, [KEY, OTHER])).toEqual(TOKEN);
  });

  it('is refused without its key', () => {
    fc.assert(
      fc.property(token, (t) => {
        const text = writeToken(t, KEY);
        expect(readToken(text, [OTHER])).toBeNull();
        expect(readToken(text, [])).toBeNull();
      }),
    );
  });

  it('is refused for another message or attempt than it was written for', () => {
    fc.assert(
      fc.property(token, token, (a, b) => {
        fc.pre(a.messageId !== b.messageId || a.attempt !== b.attempt);
        const mac = writeToken(a, KEY).split('.')[3];
        const head = writeToken(b, KEY).split('.').slice(0, 3);
        expect(readToken([...head, mac].join('.'), [KEY])).toBeNull();
      }),
    );
  });

  it('is refused when any one character is another', () => {
    const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-. ';
    const text = writeToken(TOKEN, KEY);
    for (let i = 0; i < text.length; i += 1) {
      for (const letter of alphabet) {
        if (letter === text[i]) continue;
        expect(readToken(`${text.slice(0, i)}${letter}${text.slice(i + 1)}`, [KEY])).toBeNull();
      }
    }
  });

  it('is refused when it is cut or has something before or after it', () => {
    const text = writeToken(TOKEN, KEY);
    for (let i = 0; i < text.length; i += 1) {
      expect(readToken(text.slice(0, i), [KEY])).toBeNull();
      expect(readToken(text.slice(i + 1), [KEY])).toBeNull();
    }
    for (const more of [`${text}\n`, `${text} `, ` ${text}`, `${text}A`, `x${text}`, `${text}.`, text + text]) {
      expect(readToken(more, [KEY])).toBeNull();
    }
  });

  it('is refused for attempts that nobody writes', () => {
    for (const attempt of [0, -1, 1.5, 1_000_000]) {
      expect(readToken(writeToken({ ...TOKEN, attempt }, KEY), [KEY])).toBeNull();
    }
  });

  it('is never found in a text of somebody else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (text) => {
        expect(readToken(text, [KEY])).toBeNull();
      }),
    );
  });
});
