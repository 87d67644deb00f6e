import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ndjsonAnswer, readLines } from './ndjson.js';

async function groupsOf(chunks: readonly Buffer[]) {
  const groups = [];
  for await (const group of readLines(Readable.from(chunks))) groups.push(group);
  return groups;
}

async function valuesOf(chunks: readonly Buffer[]) {
  return (await groupsOf(chunks)).flat().map(({ index, read }) => [index, read()]);
}

describe('lines of JSON', () => {
  it('are the same however their bytes are cut into chunks', async () => {
    const line = fc.record({ a: fc.string({ unit: 'binary' }), b: fc.integer() });
    await fc.assert(
      fc.asyncProperty(
        fc.array(line),
        fc.array(fc.nat(40)),
        fc.constantFrom('\n', '\r\n', '\n\n'),
        async (values, sizes, end) => {
          const bytes = Buffer.from(values.map((v) => `${JSON.stringify(v)}${end}`).join(''));
          const chunks: Buffer[] = [];
          let at = 0;
          for (const size of sizes) {
            chunks.push(bytes.subarray(at, at + size));
            at += size;
          }
          chunks.push(bytes.subarray(at));
          expect((await valuesOf(chunks)).map(([, value]) => value)).toEqual(JSON.parse(JSON.stringify(values)));
        },
      ),
    );
  });

  it('count blank ones, so that a line can be found again, and need no end after the last', async () => {
    expect(await valuesOf([Buffer.from('1\n\n \n2')])).toEqual([
      [0, 1],
      [3, 2],
    ]);
  });

  it('that are no JSON or too long fail by themselves, when they are read', async () => {
    const text = `{"a":\n"${'x'.repeat(256 * 1024)}"\n3`;
    const [bad, long, good] = (await groupsOf([Buffer.from(text)])).flat();
    expect(() => bad?.read()).toThrow(expect.objectContaining({ code: 'invalid_request' }));
    expect(() => long?.read()).toThrow(expect.objectContaining({ code: 'payload_too_large' }));
    expect(good?.read()).toBe(3);
  });

  it('come in groups of 500 at most', async () => {
    const groups = await groupsOf([Buffer.from('1\n'.repeat(1201))]);
    expect(groups.map((g) => g.length)).toEqual([500, 500, 201]);
  });

  it('go out one a line', async () => {
    const groups = (async function* () {
      yield [{ a: 1 }, { a: 'ü\n' }];
      yield [{ a: 2 }];
    })();
    const parts: Buffer[] = [];
    for await (const part of ndjsonAnswer(groups).getStream()) parts.push(Buffer.from(part));
    expect(Buffer.concat(parts).toString()).toBe('{"a":1}\n{"a":"ü\\n"}\n{"a":2}\n');
  });
});
