import { createHash } from 'node:crypto';
import type { Clock } from '../clock/clock.js';
import type { StateKeeper } from '../state/state-keeper.js';
import type { Cell } from '../state/stateful.js';

/**
 * A message id of the form Meta's have: base64 of the recipient and 18 hex digits between fixed bytes. The digits are
 * a hash of `facts`: the same run gives the same ids again, while a caller that tells its messages apart (the id it puts
 * into `biz_opaque_callback_data`) never meets an id twice, even over several runs against one database.
 */
export function wamidOf(recipient: string, facts: readonly unknown[]): string {
  const digits = createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 18).toUpperCase();
  const to = Buffer.from(recipient.slice(0, 60), 'latin1');
  const head = Buffer.from([0x1c, 0x18, to.length]);
  const middle = Buffer.from([0x15, 0x02, 0x00, 0x11, 0x18, 0x12]);
  return `wamid.${Buffer.concat([head, to, middle, Buffer.from(digits, 'latin1'), Buffer.from([0])]).toString('base64')}`;
}

/** Ids for messages that no client sent: they repeat with the seed and the clock, and never within a run. */
export class WamidSource {
  private readonly given: Cell<{ count: number }>;

  constructor(
    private readonly seed: number,
    private readonly clock: Clock,
    state: StateKeeper,
  ) {
    this.given = state.cell('wamids', () => ({ count: 0 }));
  }

  /** An id for a message to or from somebody. */
  next(who: string): string {
    return wamidOf(who, [this.seed, 'own', ++this.given.current.count, this.clock()]);
  }
}
