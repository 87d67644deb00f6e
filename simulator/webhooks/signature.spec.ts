import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { signatureOf, toMetaJson } from './signature.js';

describe('the bytes of a webhook', () => {
  it('writes what is not ASCII as lower-case escapes and the slash with a backslash', () => {
    expect(toMetaJson({ text: 'naïve/é→😀' })).toBe('{"text":"na\\u00efve\\/\\u00e9\\u2192\\ud83d\\ude00"}');
  });

  it('is ASCII and means the same, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const json = toMetaJson({ text });
        // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what is being tested.
        return /^[\x00-\x7e]*$/.test(json) && (JSON.parse(json) as { text: string }).text === text;
      }),
    );
  });

  it('signs the escaped bytes, not the text they stand for', () => {
    const raw = toMetaJson({ a: 'é/' });
    expect(signatureOf('secret', raw)).toBe(`sha256=${createHmac('sha256', 'secret').update(raw).digest('hex')}`);
    expect(signatureOf('secret', raw)).not.toBe(signatureOf('secret', JSON.stringify({ a: 'é/' })));
  });
});
