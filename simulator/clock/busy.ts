/**
 * Counts what is under way outside of the clock's control: requests being judged and webhooks being answered. The
 * clock may move on when nothing is.
 */
export class Busy {
  private count = 0;
  private waiting: (() => void)[] = [];

  get isQuiet(): boolean {
    return this.count === 0;
  }

  /** Holds the clock until the promise settles. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.begin();
    try {
      return await work;
    } finally {
      this.end();
    }
  }

  begin(): void {
    this.count++;
  }

  end(): void {
    this.count--;
    if (this.count > 0) return;
    const { waiting } = this;
    this.waiting = [];
    for (const wake of waiting) wake();
  }

  /** Resolves when nothing is under way. */
  async whenQuiet(): Promise<void> {
    while (this.count > 0) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }
}
