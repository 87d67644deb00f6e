/** What a process is in, as far as work is concerned. */
export type ReadinessState = 'starting' | 'ready' | 'draining';

/** Whether this process should be given work: it is ready from the end of its start to the beginning of its end. */
export class Readiness {
  private state: ReadinessState = 'starting';
  private readonly listeners: ((state: ReadinessState) => void)[] = [];

  /** What the health endpoint shows. */
  get current(): ReadinessState {
    return this.state;
  }

  /** Tells a listener the state now and at each change. */
  listen(listener: (state: ReadinessState) => void): void {
    this.listeners.push(listener);
    listener(this.state);
  }

  /** Everything is up. */
  markReady(): void {
    if (this.state === 'starting') this.become('ready');
  }

  /** The end has begun; there is no way back. */
  markDraining(): void {
    this.become('draining');
  }

  private become(state: ReadinessState): void {
    this.state = state;
    for (const listener of this.listeners) listener(state);
  }
}
