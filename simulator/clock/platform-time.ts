import { type Clock, monotonicClock } from './clock.js';

/** How the platform's time passes: by itself, or only when it is told to. */
export type ClockMode = 'real' | 'virtual';

/** The instant a virtual clock begins at when nobody says another: 2026-01-01T00:00:00Z. */
export const VIRTUAL_START_MS = Date.UTC(2026, 0, 1);

/**
 * The one time of the platform, in epoch milliseconds: every delay, window and limit asks it. A real clock runs by
 * itself and can be moved forward; a virtual one stands still between moves. It never goes back while anything runs.
 */
export class PlatformTime {
  private offsetMs = 0;
  /** Where the clock stands; undefined while it runs by itself. */
  private standsAtMs: number | undefined;

  constructor(
    readonly mode: ClockMode,
    startAtMs: number = VIRTUAL_START_MS,
    private readonly base: Clock = monotonicClock,
  ) {
    if (mode === 'virtual') this.standsAtMs = startAtMs;
  }

  /** The instant; a function of its own, to be handed to whatever takes a clock. */
  readonly now: Clock = () => this.standsAtMs ?? round(this.base() + this.offsetMs);

  /** Stops a real clock where it is, so that `moveTo` alone moves it. */
  hold(): void {
    this.standsAtMs = this.now();
  }

  /** Moves a clock that stands; instants of the past are ignored. */
  moveTo(atMs: number): void {
    if (this.standsAtMs !== undefined) this.standsAtMs = Math.max(this.standsAtMs, atMs);
  }

  /** Lets a real clock run on from where it stands. */
  release(): void {
    if (this.mode === 'virtual' || this.standsAtMs === undefined) return;
    this.offsetMs = this.standsAtMs - this.base();
    this.standsAtMs = undefined;
  }

  /** Puts the clock to any instant, back included: only for restoring a snapshot together with all other state. */
  restore(atMs: number): void {
    if (this.standsAtMs === undefined) this.offsetMs = atMs - this.base();
    else this.standsAtMs = atMs;
  }
}

const round = (ms: number): number => Math.round(ms * 1000) / 1000;
