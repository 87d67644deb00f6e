/** Whether this process should be given work: it is ready from the end of its start to the beginning of its end. */
export class Readiness {
  private state: 'starting' | 'ready' | 'draining' = 'starting';

  /** What the health endpoint shows. */
  get current(): 'starting' | 'ready' | 'draining' {
    return this.state;
  }

  /** Everything is up. */
  markReady(): void {
    if (this.state === 'starting') this.state = 'ready';
  }

  /** The end has begun; there is no way back. */
  markDraining(): void {
    this.state = 'draining';
  }
}
