import { request } from 'undici';
import type { Scheduler } from '../clock/scheduler.js';

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 5000;
const ANSWER_WITHIN_MS = 5000;

/** How the verification of the callback stands. */
export interface HandshakeState {
  readonly state: 'none' | 'pending' | 'verified';
  readonly attempts: number;
  readonly last_error: string | null;
}

/**
 * Meta's verification of a callback: a GET whose answer must be 200 with the challenge (cloud-api.md §4.1). Unlike
 * Meta's it is repeated until it succeeds, as the gateway may start after the simulator, and webhooks do not wait for it.
 */
export class Handshake {
  private current: HandshakeState = { state: 'none', attempts: 0, last_error: null };
  /** Rises with each callback, so that an answer of an earlier one changes nothing. */
  private round = 0;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly verifyToken: string,
  ) {}

  get state(): HandshakeState {
    return this.current;
  }

  /** Verifies `url` from now on. */
  start(url: string): void {
    this.current = { state: 'pending', attempts: 0, last_error: null };
    void this.attempt(url, ++this.round);
  }

  stop(): void {
    this.round++;
  }

  private async attempt(url: string, round: number): Promise<void> {
    const problem = await askChallenge(url, this.verifyToken);
    if (round !== this.round) return;
    const attempts = this.current.attempts + 1;
    this.current = { state: problem === null ? 'verified' : 'pending', attempts, last_error: problem };
    if (problem === null) return;
    const waitMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (attempts - 1));
    this.scheduler.after(waitMs, () => {
      if (round === this.round) void this.attempt(url, round);
    });
  }
}

/** Asks a callback once for the challenge; null when it answered with it, else what went wrong. */
export async function askChallenge(url: string, verifyToken: string): Promise<string | null> {
  const challenge = String(Math.floor(1e9 + Math.random() * 1e9));
  const target = new URL(url);
  target.searchParams.set('hub.mode', 'subscribe');
  target.searchParams.set('hub.challenge', challenge);
  target.searchParams.set('hub.verify_token', verifyToken);
  try {
    const answer = await request(target, {
      headersTimeout: ANSWER_WITHIN_MS,
      bodyTimeout: ANSWER_WITHIN_MS,
      reset: true,
    });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) return `answered ${answer.statusCode}`;
    return text === challenge ? null : 'answered 200, but not with the challenge';
  } catch (error) {
    return (error as Error).message || String(error);
  }
}
