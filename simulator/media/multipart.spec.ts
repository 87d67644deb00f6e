import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { boundaryOf, MultipartError, type PartHead, readMultipart } from './multipart.js';

interface Part {
  readonly head: PartHead;
  readonly bytes: Buffer;
}

async function* inChunks(bytes: Buffer, sizes: readonly number[]): AsyncIterable<Buffer> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function partsOf(bytes: Buffer, sizes: readonly number[] = [7]): Promise<Part[]> {
  const parts: Part[] = [];
  await readMultipart(inChunks(bytes, sizes), 'xYz', (head) => {
    const chunks: Buffer[] = [];
    return {
      write: (chunk) => {
        chunks.push(Buffer.from(chunk));
      },
      end: () => {
        parts.push({ head, bytes: Buffer.concat(chunks) });
      },
    };
  });
  return parts;
}

function form(parts: readonly (readonly [name: string, bytes: Buffer])[]): Buffer {
  const pieces = parts.flatMap(([name, bytes]) => [
    Buffer.from(`--xYz\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n`),
    bytes,
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...pieces, Buffer.from('--xYz--\r\n')]);
}

describe('readMultipart', () => {
  it('gives every part its own bytes, however the stream is cut', async () => {
    // Bytes that look like boundaries and line ends are the interesting ones.
    const byte = fc.constantFrom(...Buffer.from('\r\n-xYza\0'));
    const body = fc.array(byte, { maxLength: 60 }).map((bytes) => Buffer.from(bytes));
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          body.filter((bytes) => !bytes.includes('--xYz')),
          { minLength: 1, maxLength: 4 },
        ),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
        async (bodies, sizes) => {
          const parts = await partsOf(form(bodies.map((bytes, i) => [`part${i}`, bytes])), sizes);
          expect(parts.map(({ head, bytes }) => [head.name, bytes.toString('latin1')])).toEqual(
            bodies.map((bytes, i) => [`part${i}`, bytes.toString('latin1')]),
          );
        },
      ),
    );
  });

  it('reads the name and the type of a file', async () => {
    const head = 'Content-Disposition: form-data; name="file"; filename="a b.jpg"\r\ncontent-type: image/jpeg';
    const [part] = await partsOf(Buffer.from(`--xYz\r\n${head}\r\n\r\nabc\r\n--xYz--`));
    expect(part?.head).toEqual({ name: 'file', filename: 'a b.jpg', contentType: 'image/jpeg' });
    expect(part?.bytes.toString()).toBe('abc');
  });

  it.each([
    ['breaks off', '--xYz\r\nContent-Disposition: form-data; name="a"\r\n\r\nabc'],
    ['has a part without a name', '--xYz\r\nContent-Type: text/plain\r\n\r\nabc\r\n--xYz--'],
    ['never says its boundary', 'hello'],
    ['has a head without an end', `--xYz\r\nX: ${'x'.repeat(20_000)}`],
    ['has too many parts', form(Array.from({ length: 51 }, (_, i) => [`p${i}`, Buffer.from('')] as const)).toString()],
  ])('refuses a form that %s', async (_, text) => {
    await expect(partsOf(Buffer.from(text), [997])).rejects.toThrow(MultipartError);
  });
});

describe('boundaryOf', () => {
  it.each([
    ['multipart/form-data; boundary=abc', 'abc'],
    ['multipart/form-data; charset=utf-8; boundary="a b"', 'a b'],
    ['application/json', undefined],
    [undefined, undefined],
  ])('finds that of %j', (header, boundary) => {
    expect(boundaryOf(header)).toBe(boundary);
  });
});
