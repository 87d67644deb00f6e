import { deflateSync } from 'node:zlib';
import type { MediaKind } from './media-kinds.js';

/** A small file of a kind, as a simulated user sends it. */
export interface SampleFile {
  readonly mimeType: string;
  readonly bytes: Buffer;
  /** Documents have one. */
  readonly filename?: string;
}

/** A file of every kind: real ones where that is short (PNG, PDF, text), else the head by which a reader knows the format. */
export function sampleFile(kind: MediaKind['kind'], text: string): SampleFile {
  switch (kind) {
    case 'image':
      return { mimeType: 'image/png', bytes: png(text) };
    case 'document':
      return { mimeType: 'application/pdf', bytes: pdf(text), filename: 'document.pdf' };
    case 'audio':
      return {
        mimeType: 'audio/ogg; codecs=opus',
        bytes: Buffer.concat([Buffer.from('OggS\0\x02', 'latin1'), Buffer.alloc(22), Buffer.from(`OpusHead${text}`)]),
      };
    case 'video':
      return {
        mimeType: 'video/mp4',
        bytes: Buffer.concat([Buffer.from('\0\0\0\x18ftypmp42\0\0\0\0mp42isom', 'latin1'), Buffer.from(text)]),
      };
    case 'sticker':
      return { mimeType: 'image/webp', bytes: webp(text) };
  }
}

/** A picture of one grey point with the text in it, so that files differ where their texts do. */
function png(text: string): Buffer {
  const head = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const note = Buffer.from(`Comment\0${text}`, 'latin1');
  return Buffer.concat([
    signature,
    pngChunk('IHDR', head),
    pngChunk('tEXt', note),
    pngChunk('IDAT', deflateSync(Buffer.from([0, 128]))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

/** The check sum of PNG; `zlib.crc32` is younger than the oldest Node we run on. */
function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

function pdf(text: string): Buffer {
  const note = text.replace(/[^\x20-\x7e]|[()\\]/g, '?');
  return Buffer.from(
    `%PDF-1.4\n% ${note}\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n` +
      '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n',
    'latin1',
  );
}

function webp(text: string): Buffer {
  const body = Buffer.concat([Buffer.from('WEBPVP8 ', 'latin1'), Buffer.from(text)]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(body.length);
  return Buffer.concat([Buffer.from('RIFF', 'latin1'), length, body]);
}
