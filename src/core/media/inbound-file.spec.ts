import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../webhook/json-value.js';
import { inboundFileOf, readSha256 } from './inbound-file.js';

const hash = createHash('sha256').update('x').digest();
const anImage = (over: object = {}) => ({
  type: 'image',
  image: { id: '1003383421387256', mime_type: 'image/jpeg', sha256: hash.toString('base64'), ...over },
});

describe('the file of a message from a person', () => {
  it('is told with the hash of its content', () => {
    expect(inboundFileOf(anImage({ caption: 'Look', url: 'https://lookaside.fbsbx.com/x' }))).toEqual({
      metaMediaId: '1003383421387256',
      kind: 'image',
      mimeType: 'image/jpeg',
      sha256: hash.toString('hex'),
      filename: null,
    });
  });

  it.each([
    [{ type: 'text', text: { body: 'x' } }],
    [{ type: 'image' }],
    [{ type: 'image', image: {} }],
    [{ type: 'image', image: [] }],
    [anImage({ id: '../../me' })],
    [anImage({ id: '12?fields=x' })],
    [{ type: 'location', location: { id: '12' } }],
    [{ type: '__proto__' }],
  ])('is none in %j', (message) => {
    expect(inboundFileOf(message as JsonObject)).toBeNull();
  });

  it.each([
    ['audio/ogg; codecs=opus', 'audio/ogg; codecs=opus'],
    ['application/vnd.ms-excel.sheet.macroEnabled.12', 'application/vnd.ms-excel.sheet.macroEnabled.12'],
    ['image/jpeg\r\nset-cookie: a=b', 'application/octet-stream'],
    ['text', 'application/octet-stream'],
    ['', 'application/octet-stream'],
  ])('of type %j is answered as %s', (mime_type, shown) => {
    expect(inboundFileOf(anImage({ mime_type }))?.mimeType).toBe(shown);
  });

  it.each([
    ['../../etc/passwd', 'passwd'],
    ['C:\\temp\\Offer "1".pdf', 'Offer "1".pdf'],
    ['a\r\nb\u0000.pdf', 'ab\uFFFD.pdf'],
    ['/', null],
  ])('called %j is called %j', (filename, name) => {
    expect(inboundFileOf(anImage({ filename }))?.filename).toBe(name);
  });

  it('has the same hash in hex and in base64, and none in anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const hex = Buffer.from(bytes).toString('hex');
        expect(readSha256(hex)).toBe(hex);
        expect(readSha256(hex.toUpperCase())).toBe(hex);
        expect(readSha256(Buffer.from(bytes).toString('base64'))).toBe(hex);
      }),
    );
    for (const text of ['', 'x', hash.toString('hex').slice(1), `${hash.toString('base64')}=`])
      expect(readSha256(text)).toBeNull();
  });

  it('is read without a throw whatever the message holds', () => {
    fc.assert(
      fc.property(fc.constantFrom('image', 'document', 'sticker'), fc.json(), (type, json) => {
        inboundFileOf({ type, [type]: JSON.parse(json) });
        inboundFileOf({ type, [type]: { id: '1', mime_type: JSON.parse(json), filename: json } });
      }),
    );
  });
});
