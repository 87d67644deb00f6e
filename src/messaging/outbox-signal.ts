import { Injectable } from '@nestjs/common';

/** Tells those of this process who wait for news that the ledger grew, so that they need not wait for the next look. */
@Injectable()
export class OutboxSignal {
  private readonly listeners: (() => void)[] = [];

  /** Adds one who is told; for as long as the process lives. */
  listen(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** The ledger grew. */
  raise(): void {
    for (const listener of this.listeners) listener();
  }
}
