/** The state of a log as plain data. */
export interface SavedInstants {
  readonly instants: Float64Array;
}

const FIRST_CAPACITY = 64;

/**
 * The instants of a sliding window (t - length, t], every one of them, eight bytes each. Instants must not go back.
 * A ring, as an hour at 1,000 calls a second has 3.6 million of them.
 */
export class InstantLog {
  private ring = new Float64Array(FIRST_CAPACITY);
  private head = 0;
  private length = 0;

  constructor(private readonly windowMs: number) {}

  /** How many instants lie in the window that ends at `atMs`. */
  countAt(atMs: number): number {
    const since = atMs - this.windowMs;
    while (this.length > 0 && (this.ring[this.head] ?? 0) <= since) {
      this.head = (this.head + 1) % this.ring.length;
      this.length--;
    }
    return this.length;
  }

  add(atMs: number): void {
    if (this.length === this.ring.length) this.grow();
    this.ring[(this.head + this.length) % this.ring.length] = atMs;
    this.length++;
  }

  /** When so few of the present instants are left that fewer than `limit` count; `atMs` when that is now. */
  belowAt(limit: number, atMs: number): number {
    const tooMany = this.countAt(atMs) - limit;
    if (tooMany < 0) return atMs;
    return (this.ring[(this.head + tooMany) % this.ring.length] ?? 0) + this.windowMs;
  }

  reset(): void {
    this.ring = new Float64Array(FIRST_CAPACITY);
    this.head = this.length = 0;
  }

  save(): SavedInstants {
    return { instants: this.inOrder(this.length) };
  }

  load({ instants }: SavedInstants): void {
    this.ring = new Float64Array(Math.max(FIRST_CAPACITY, instants.length));
    this.ring.set(instants);
    this.head = 0;
    this.length = instants.length;
  }

  private grow(): void {
    this.ring = this.inOrder(2 * this.ring.length);
    this.head = 0;
  }

  private inOrder(capacity: number): Float64Array<ArrayBuffer> {
    const ordered = new Float64Array(capacity);
    const toEnd = Math.min(this.length, this.ring.length - this.head);
    ordered.set(this.ring.subarray(this.head, this.head + toEnd));
    ordered.set(this.ring.subarray(0, this.length - toEnd), toEnd);
    return ordered;
  }
}
