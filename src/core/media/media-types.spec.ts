import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type FileFacts, judgeMedia, LARGEST_FILE, LARGEST_MEDIA, MEDIA_TYPES } from './media-types.js';

const judge = (facts: Partial<FileFacts>) =>
  judgeMedia({ declared: null, seen: null, sizeBytes: 1000, isBinary: true, ...facts });
const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

describe('a file', () => {
  it.each([
    ['image/jpeg', 'image/jpeg', 'image'],
    ['image/jpg', 'image/jpeg', 'image'],
    [null, 'image/png', 'image'],
    ['application/octet-stream', 'application/pdf', 'document'],
    ['image/webp', 'image/webp', 'sticker'],
    ['audio/ogg; codecs=opus', 'audio/ogg; codecs=opus', 'audio'],
    ['audio/mp4', 'audio/x-m4a', 'audio'],
    ['audio/mp4', 'video/mp4', 'audio'],
    ['video/3gp', 'video/3gpp', 'video'],
    ['application/msword', 'application/x-cfb', 'document'],
    [DOCX, DOCX, 'document'],
    [DOCX, 'application/zip', 'document'],
  ])('declared as %s and seen as %s is a %s', (declared, seen, kind) => {
    expect(judge({ declared, seen })).toMatchObject({ kind });
  });

  it.each([
    ['image/jpeg', 'image/png'],
    ['image/png', null],
    ['application/pdf', 'application/zip'],
    ['text/plain', 'application/pdf'],
    ['application/zip', 'application/zip'],
    ['image/gif', 'image/gif'],
    ['text/html', null],
    [null, null],
    ['__proto__', null],
    ['constructor', null],
  ])('declared as %s and seen as %s is refused', (declared, seen) => {
    expect(judge({ declared, seen })).toHaveProperty('problem');
  });

  it('without a form is text when it has no bytes that text has not', () => {
    expect(judge({ declared: 'text/plain', isBinary: false })).toEqual({ mimeType: 'text/plain', kind: 'document' });
    expect(judge({ declared: 'text/plain', isBinary: true })).toHaveProperty('problem');
    expect(judge({ isBinary: false })).toMatchObject({ mimeType: 'text/plain' });
  });

  it('may be as large as Meta takes, not a byte larger, and not empty', () => {
    for (const [mimeType, { kind, seenAs }] of Object.entries(MEDIA_TYPES)) {
      const facts = { declared: mimeType, seen: seenAs?.length === 0 ? null : mimeType, isBinary: false };
      const most = LARGEST_MEDIA[kind];
      expect(judge({ ...facts, sizeBytes: most })).toEqual({ mimeType, kind });
      expect(judge({ ...facts, sizeBytes: most + 1 })).toHaveProperty('problem', expect.stringContaining(String(most)));
      expect(judge({ ...facts, sizeBytes: 0 })).toHaveProperty('problem', expect.stringContaining('empty'));
    }
    expect(LARGEST_FILE).toBe(100 * 1024 * 1024);
  });

  it('is judged whatever it is called', () => {
    fc.assert(
      fc.property(fc.option(fc.string()), fc.option(fc.string()), (declared, seen) => {
        const verdict = judge({ declared, seen });
        expect('problem' in verdict || verdict.mimeType in MEDIA_TYPES).toBe(true);
      }),
    );
  });
});
