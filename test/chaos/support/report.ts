import { maxInAnySecond, takeOvers } from '../checker/check-pace.js';
import { check, countNeverSent } from '../checker/checker.js';
import type { RoundLedgers } from '../checker/ledgers.js';

/** Most violations that a failed round shows. */
const SHOWN = 25;

/**
 * Checks a round and prints one line about it. Gives the violations as text, `[]` for a good round, so that a failing
 * assertion shows them.
 */
export function judge(name: string, round: RoundLedgers, seed: number): string[] {
  const violations = check(round).map(({ rule, detail }) => `${rule}: ${detail}`);
  const doubts = round.history.filter((e) => e.type === 'unknown').length;
  const longest = Math.max(0, ...takeOvers(round).map((t) => t.tookMs));
  const facts = [
    `${round.commands.length} messages`,
    `${round.crashes.length} crashes`,
    `${doubts} in doubt`,
    `${countNeverSent(round)} never sent`,
    `at most ${Math.max(0, ...maxInAnySecond(round.wire).values())}/s`,
    `take-over ${Math.round(longest)} ms`,
    `${violations.length} violations`,
  ];
  process.stderr.write(`[chaos] ${name}: ${facts.join(', ')} (CHAOS_SEED=${seed})\n`);
  return violations.length > SHOWN ? [...violations.slice(0, SHOWN), `… ${violations.length} in all`] : violations;
}
