/** Kinds of messages that carry a file. */
const MEDIA_KINDS = new Set(['image', 'video', 'audio', 'document', 'sticker']);

/** Meta's errors about the file of a message that was to be sent: it could not be fetched, or was not taken. */
const MEDIA_ERRORS = new Set([131053, 131014]);

/** Five failures in a row, then two hours without media on that number (guide, S31). */
export const MEDIA_CIRCUIT = { failures: 5, pauseMs: 2 * 3_600_000 };

/** Whether a kind of message carries a file. */
export function isMediaKind(type: string): boolean {
  return MEDIA_KINDS.has(type);
}

/** Whether an error is about the file of a message. */
export function isMediaError(code: number | null): boolean {
  return code !== null && MEDIA_ERRORS.has(code);
}

/** How a number's media stands: what the next one who counts goes on from. */
export interface MediaStanding {
  /** Media messages that failed since the last one that was taken, or since media was paused. */
  readonly failures: number;
  /** When media may go again; in the past when it may. */
  readonly freeAtMs: number;
}

/** Pauses a number's media messages after too many failures in a row; everything else goes on. */
export class MediaCircuit implements MediaStanding {
  private inARow: number;
  private opensAtMs: number;

  constructor({ failures, freeAtMs }: MediaStanding = { failures: 0, freeAtMs: Number.NEGATIVE_INFINITY }) {
    this.inARow = failures;
    this.opensAtMs = freeAtMs;
  }

  get failures(): number {
    return this.inARow;
  }

  get freeAtMs(): number {
    return this.opensAtMs;
  }

  /** A media message was taken. */
  succeeded(): void {
    this.inARow = 0;
  }

  /** Too many failed, as webhooks told, the last of them at `atMs`: pauses from then on, and counts anew. */
  failedTooOften(atMs: number): void {
    this.inARow = 0;
    this.opensAtMs = Math.max(this.opensAtMs, atMs + MEDIA_CIRCUIT.pauseMs);
  }

  /** The file of a message failed; true when that was one too many. */
  failed(nowMs: number): boolean {
    this.inARow += 1;
    if (this.inARow < MEDIA_CIRCUIT.failures || this.opensAtMs > nowMs) return false;
    this.inARow = 0;
    this.opensAtMs = nowMs + MEDIA_CIRCUIT.pauseMs;
    return true;
  }
}
