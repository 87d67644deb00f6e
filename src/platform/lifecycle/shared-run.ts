/**
 * Runs one thing, never twice at a time. Whoever asks while it runs shares the one run that begins after this one, so
 * what they see when it ends is not older than their question, and a thousand of them cost two runs.
 */
export class SharedRun {
  private running: Promise<void> | null = null;
  private waiting: Promise<void> | null = null;

  constructor(private readonly run: () => Promise<void>) {}

  /** Ends when a run that began no sooner than this call has ended; rejects with what that run threw. */
  begin(): Promise<void> {
    if (this.waiting !== null) return this.waiting;
    if (this.running === null) return this.start();
    this.waiting = this.running
      .catch(() => undefined)
      .then(() => {
        this.waiting = null;
        return this.start();
      });
    return this.waiting;
  }

  private start(): Promise<void> {
    this.running = this.run().finally(() => {
      this.running = null;
    });
    return this.running;
  }
}
