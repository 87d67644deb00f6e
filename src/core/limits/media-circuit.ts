/** Kinds of messages that carry a file. */
const MEDIA_KINDS = new Set(['image', 'video', 'audio', 'document', 'sticker']);

/** Meta's errors about the file of a message that was to be sent: it could not be fetched, or was not taken. */
const MEDIA_ERRORS = new Set([131053, 131014]);

/** Five failures in a row, then two hours without media on that number (guide, S31). */
const CIRCUIT = { failures: 5, pauseMs: 2 * 3_600_000 };

/** Whether a kind of message carries a file. */
export function isMediaKind(type: string): boolean {
  return MEDIA_KINDS.has(type);
}

/** Whether an error is about the file of a message. */
export function isMediaError(code: number | null): boolean {
  return code !== null && MEDIA_ERRORS.has(code);
}

/** Pauses a number's media messages after too many failures in a row; everything else goes on. */
export class MediaCircuit {
  private failures = 0;
  private opensAtMs: number;

  constructor(opensAtMs = Number.NEGATIVE_INFINITY) {
    this.opensAtMs = opensAtMs;
  }

  /** When media may go again; in the past when it may. */
  get freeAtMs(): number {
    return this.opensAtMs;
  }

  /** A media message was taken. */
  succeeded(): void {
    this.failures = 0;
  }

  /** The file of a message failed; true when that was one too many. */
  failed(nowMs: number): boolean {
    this.failures += 1;
    if (this.failures < CIRCUIT.failures || this.opensAtMs > nowMs) return false;
    this.failures = 0;
    this.opensAtMs = nowMs + CIRCUIT.pauseMs;
    return true;
  }
}
