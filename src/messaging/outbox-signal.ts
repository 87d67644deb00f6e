import { Injectable } from '@nestjs/common';

/** Tells the publisher of this process that the ledger grew, so that events leave without waiting for the next look. */
@Injectable()
export class OutboxSignal {
  private listener: () => void = () => undefined;

  /** Sets who is told; there is one publisher in a process. */
  listen(listener: () => void): void {
    this.listener = listener;
  }

  /** The ledger grew. */
  raise(): void {
    this.listener();
  }
}
