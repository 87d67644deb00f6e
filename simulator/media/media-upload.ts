import type { Readable } from 'node:stream';
import { type GraphRefusal, graphRefusal } from '../graph/graph-error.js';
import { invalidParameter } from '../graph/invalid-parameter.js';
import { bareType, kindOfType, MEDIA_TYPES } from './media-kinds.js';
import type { Incoming, MediaStore } from './media-store.js';
import { boundaryOf, MultipartError, type PartHead, type PartSink, readMultipart } from './multipart.js';

/** A file that came in whole and fits. */
export interface Upload {
  readonly mimeType: string;
  readonly sha256: string;
  readonly size: number;
}

/** Text fields that a form of Meta's may have; longer ones are no fields of it. */
const LONGEST_FIELD = 4096;

/**
 * Receives the form of an upload: `messaging_product`, `file` and perhaps `type`, in any order (cloud-api.md §2); the
 * texts may be in the query as well, as everywhere in Graph. The file goes to disk as it comes. Answers the upload or
 * what Graph refuses it with; the body is read to its end either way.
 */
export async function receiveUpload(
  stream: Readable,
  contentType: string | undefined,
  store: MediaStore,
  query: URLSearchParams,
): Promise<Upload | GraphRefusal> {
  const boundary = boundaryOf(contentType);
  if (boundary === undefined) {
    stream.resume();
    return required('file');
  }
  const form = new UploadForm(store, query);
  try {
    await readMultipart(stream, boundary, (head) => form.open(head));
    return await form.judge();
  } catch (error) {
    await form.discard();
    stream.resume();
    if (error instanceof MultipartError)
      return invalidParameter({ rule: `The multipart form is broken: ${error.message}` });
    throw error;
  }
}

/** Whether an upload was refused. */
export const isUploadRefusal = (result: Upload | GraphRefusal): result is GraphRefusal => 'code' in result;

const required = (field: string): GraphRefusal =>
  invalidParameter({ field, rule: `The parameter ${field} is required.` });

class UploadForm {
  private readonly texts: Map<string, string>;
  private head: PartHead | undefined;
  private incoming: Incoming | undefined;
  private isTooLarge = false;

  constructor(
    private readonly store: MediaStore,
    query: URLSearchParams,
  ) {
    this.texts = new Map(query);
  }

  open(head: PartHead): PartSink {
    if (head.name === 'file' && head.filename !== undefined && !this.head) return this.openFile(head);
    let text = '';
    return {
      write: (bytes) => {
        if (text.length < LONGEST_FIELD) text += bytes.toString('utf8');
      },
      end: () => {
        this.texts.set(head.name, text.slice(0, LONGEST_FIELD));
      },
    };
  }

  async discard(): Promise<void> {
    await this.incoming?.discard();
    this.incoming = undefined;
  }

  async judge(): Promise<Upload | GraphRefusal> {
    const refusal = this.refusal();
    if (refusal || !this.incoming) {
      await this.discard();
      return refusal ?? required('file');
    }
    const { sha256, size } = await this.incoming.finish();
    return { mimeType: bareType(this.type), sha256, size };
  }

  /** The part's own MIME type; `type` of the form where the client sent none that says anything. */
  private get type(): string {
    const own = this.head?.contentType;
    const isTelling = own !== undefined && bareType(own) !== 'application/octet-stream';
    return isTelling ? own : (this.texts.get('type') ?? '');
  }

  private refusal(): GraphRefusal | undefined {
    if (this.texts.get('messaging_product') !== 'whatsapp') return required('messaging_product');
    if (!this.incoming) return required('file');
    const kind = kindOfType(this.type);
    if (!kind) {
      const rule = `Param file must be a file with one of the following types: ${MEDIA_TYPES.join(', ')}. Received file of type '${this.type || 'application/octet-stream'}'.`;
      return invalidParameter({ field: 'file', rule });
    }
    if (this.incoming.size === 0) return invalidParameter({ field: 'file', rule: 'Param file must not be empty.' });
    if (!this.isTooLarge && this.incoming.size <= kind.largest) return undefined;
    return graphRefusal(131053, `file: a file of kind ${kind.kind} can have at most ${kind.largest} bytes.`);
  }

  private openFile(head: PartHead): PartSink {
    this.head = head;
    // Whatever the kind turns out to be, nothing larger than a document is kept.
    const largest = kindOfType('application/pdf')?.largest ?? 0;
    return {
      write: async (bytes) => {
        this.incoming ??= await this.store.receive();
        if (this.incoming.size + bytes.length > largest) this.isTooLarge = true;
        if (!this.isTooLarge) await this.incoming.write(bytes);
      },
      end: async () => {
        this.incoming ??= await this.store.receive();
      },
    };
  }
}
