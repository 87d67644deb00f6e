import { Readable } from 'node:stream';
import { createParamDecorator, type ExecutionContext, StreamableFile } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GatewayError } from '../../core/gateway-error.js';

/** The media type of JSON values, one a line. */
export const NDJSON = 'application/x-ndjson';

/** Longest line: more than any message needs, little enough for many at once. */
const LONGEST_LINE = 256 * 1024;

/** Most lines of one group. */
const LINES_PER_GROUP = 500;

const LINE_FEED = 0x0a;

/** A line that has not been parsed yet. */
export interface NdjsonLine {
  /** Its place in the stream, from 0; blank lines count, so that it can be found again. */
  readonly index: number;
  /** Parses it. Throws `invalid_request` or `payload_too_large`. */
  readonly read: () => unknown;
}

/** Lets some routes take NDJSON: their body is the request itself, to be read as it comes, whatever its length. */
export function takeNdjson(server: FastifyInstance, routes: readonly string[]): void {
  server.addContentTypeParser(NDJSON, (request, payload, done) => {
    if (routes.includes(request.routeOptions.url ?? '')) done(null, payload);
    else done(Object.assign(new Error('Unsupported Media Type'), { statusCode: 415 }), undefined);
  });
}

/** Gives a handler the request's body as it came: parsed JSON, or over HTTP a stream of NDJSON. */
export const RawBody = createParamDecorator((_: unknown, context: ExecutionContext): unknown =>
  context.getType() === 'rpc'
    ? context.switchToRpc().getData()
    : context.switchToHttp().getRequest<FastifyRequest>().body,
);

/** Tells whether a body is a stream of lines. */
export function isNdjson(body: unknown): body is Readable {
  return body instanceof Readable;
}

/**
 * Reads lines in groups: what has arrived together comes together, up to 500 lines, so that a slow sender is answered
 * line by line and a fast one in bulk.
 */
export async function* readLines(body: AsyncIterable<Buffer>): AsyncGenerator<NdjsonLine[]> {
  const cutter = new LineCutter();
  for await (const chunk of body) {
    const lines = cutter.push(chunk);
    for (let i = 0; i < lines.length; i += LINES_PER_GROUP) yield lines.slice(i, i + LINES_PER_GROUP);
  }
  const last = cutter.end();
  if (last.length > 0) yield last;
}

/** Answers with NDJSON: one value a line, written as they come. */
export function ndjsonAnswer(groups: AsyncIterable<readonly object[]>): StreamableFile {
  const text = async function* () {
    for await (const group of groups) yield group.map((value) => `${JSON.stringify(value)}\n`).join('');
  };
  return new StreamableFile(Readable.from(text(), { highWaterMark: 2 }), { type: NDJSON });
}

/** Cuts bytes into lines; holds no more than one unfinished line, and of an overlong one nothing but its place. */
class LineCutter {
  private parts: Buffer[] = [];
  private length = 0;
  private index = 0;

  push(chunk: Buffer): NdjsonLine[] {
    const lines: NdjsonLine[] = [];
    let from = 0;
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, from)) {
      this.keep(chunk.subarray(from, at));
      lines.push(...this.finish());
      from = at + 1;
    }
    this.keep(chunk.subarray(from));
    return lines;
  }

  end(): NdjsonLine[] {
    return this.finish();
  }

  private keep(part: Buffer): void {
    this.length += part.length;
    if (this.length > LONGEST_LINE) this.parts = [];
    else if (part.length > 0) this.parts.push(part);
  }

  private finish(): NdjsonLine[] {
    const text = Buffer.concat(this.parts).toString('utf8').trim();
    const tooLong = this.length > LONGEST_LINE;
    const index = this.index;
    this.index += 1;
    this.parts = [];
    this.length = 0;
    if (tooLong) return [{ index, read: refuseLong }];
    return text === '' ? [] : [{ index, read: () => parseLine(text) }];
  }
}

function refuseLong(): never {
  throw new GatewayError('payload_too_large', `A line may have ${LONGEST_LINE} bytes at most.`);
}

function parseLine(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const detail = 'a line must be one JSON value';
    throw new GatewayError('invalid_request', detail, { errors: [{ pointer: '', detail }] });
  }
}
