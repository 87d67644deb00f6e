/** The head of a part of a form. */
export interface PartHead {
  readonly name: string;
  /** Given for files. */
  readonly filename?: string;
  readonly contentType?: string;
}

/** What takes the bytes of a part as they come. A file's bytes are never kept by the reader. */
export interface PartSink {
  write(bytes: Buffer): Promise<void> | void;
  end(): Promise<void> | void;
}

/** A body that is not the multipart form its header says. */
export class MultipartError extends Error {}

/** Parts and bytes of a head that an honest form stays far below. */
const MOST_PARTS = 50;
const LONGEST_HEAD = 16 * 1024;

/** The boundary of `multipart/form-data; boundary=…`; undefined when the header says something else. */
export function boundaryOf(contentType: string | undefined): string | undefined {
  const match = /^multipart\/form-data\s*;.*boundary=(?:"([^"]{1,200})"|([^\s;]{1,200}))/i.exec(contentType ?? '');
  return match?.[1] ?? match?.[2];
}

/**
 * Reads a form from a stream and hands each part's bytes on as they come, so that memory holds no more than a chunk and a
 * boundary whatever the size of the files. Throws a MultipartError when the form breaks off or has no end.
 */
export async function readMultipart(
  stream: AsyncIterable<unknown>,
  boundary: string,
  open: (head: PartHead) => PartSink,
): Promise<void> {
  const reader = new Reader(boundary, open);
  for await (const chunk of stream) await reader.take(chunk as Buffer);
  if (!reader.isDone) throw new MultipartError('the form breaks off before its last boundary');
}

class Reader {
  private readonly delimiter: Buffer;
  // The first delimiter has no line before it; with this one it looks like all others.
  private rest: Buffer = Buffer.from('\r\n');
  private sink: PartSink | undefined;
  private parts = 0;
  private state: 'body' | 'done' | 'head' = 'body';

  constructor(
    boundary: string,
    private readonly open: (head: PartHead) => PartSink,
  ) {
    this.delimiter = Buffer.from(`\r\n--${boundary}`);
  }

  get isDone(): boolean {
    return this.state === 'done';
  }

  async take(chunk: Buffer): Promise<void> {
    if (this.isDone) return;
    this.rest = Buffer.concat([this.rest, chunk]);
    while (this.state === 'head' ? this.head() : await this.body());
  }

  /** Hands on what certainly belongs to the part; true when its end was found and more may follow. */
  private async body(): Promise<boolean> {
    const { delimiter } = this;
    const at = this.rest.indexOf(delimiter);
    // Without a delimiter the last bytes may be the beginning of one.
    const end = at < 0 ? Math.max(0, this.rest.length - delimiter.length) : at;
    if (end > 0) await this.sink?.write(this.rest.subarray(0, end));
    this.rest = this.rest.subarray(end);
    if (at < 0 || this.rest.length < delimiter.length + 2) return false;
    await this.sink?.end();
    this.sink = undefined;
    this.rest = this.rest.subarray(delimiter.length);
    this.state = this.rest.subarray(0, 2).toString('latin1') === '--' ? 'done' : 'head';
    return this.state === 'head';
  }

  /** Reads the head of the next part; true when it was there whole. */
  private head(): boolean {
    const end = this.rest.indexOf('\r\n\r\n');
    if (end < 0 && this.rest.length > LONGEST_HEAD) throw new MultipartError('the head of a part is too long');
    if (end < 0) return false;
    if (++this.parts > MOST_PARTS) throw new MultipartError(`the form has more than ${MOST_PARTS} parts`);
    const text = this.rest.subarray(0, end).toString('utf8');
    this.rest = this.rest.subarray(end + 4);
    this.sink = this.open(headOf(text));
    this.state = 'body';
    return true;
  }
}

function headOf(text: string): PartHead {
  const disposition = /^content-disposition:\s*form-data;(.*)$/im.exec(text)?.[1] ?? '';
  const name = /(?:^|;)\s*name="([^"]*)"/i.exec(disposition)?.[1];
  if (name === undefined) throw new MultipartError('a part of the form has no name');
  const filename = /(?:^|;)\s*filename="([^"]*)"/i.exec(disposition)?.[1];
  const contentType = /^content-type:\s*(\S[^\r\n]*)$/im.exec(text)?.[1]?.trim();
  return {
    name,
    ...(filename === undefined ? {} : { filename }),
    ...(contentType === undefined ? {} : { contentType }),
  };
}
