import { groupBy } from './group-by.js';
import type { RoundLedgers, WireLine } from './ledgers.js';
import type { Violation } from './violation.js';

const SECOND_MS = 1000;

/** The level holds in every sliding second of the round, whoever owns the lane; refused sends count, too. */
export function checkThroughput(wire: readonly WireLine[], mps: number): Violation[] {
  const violations: Violation[] = [];
  for (const [number, most] of maxInAnySecond(wire)) {
    if (most > mps)
      violations.push({ rule: 'rate', detail: `${number} sent ${most} in one second, ${mps} are allowed` });
  }
  const refused = wire.filter((line) => line.outcome === 'refused' && line.code === 130429).length;
  if (refused > 0) violations.push({ rule: 'rate', detail: `the platform refused ${refused} sends as too fast` });
  return violations;
}

/** The most sends of each number in any second `(t − 1000 ms, t]`. */
export function maxInAnySecond(wire: readonly WireLine[]): Map<string, number> {
  const most = new Map<string, number>();
  for (const [number, lines] of groupBy(wire, (line) => line.phone_number_id)) {
    const times = lines.map((line) => line.at_ms).sort((a, b) => a - b);
    let first = 0;
    let max = 0;
    times.forEach((atMs, last) => {
      while ((times[first] as number) <= atMs - SECOND_MS) first += 1;
      max = Math.max(max, last - first + 1);
    });
    most.set(number, max);
  }
  return most;
}

/**
 * After a crash, every lane with messages waiting sends again within the bound. Judged by messages that were
 * acknowledged before the crash and reached the wire after it; where another crash came first, that one is judged.
 */
export function checkTakeOvers(round: RoundLedgers): Violation[] {
  const violations: Violation[] = [];
  for (const { number, crashAtMs, tookMs } of takeOvers(round)) {
    if (tookMs <= round.promises.takeOverWithinMs) continue;
    const detail = `lane ${number} stood still for ${Math.round(tookMs)} ms after the crash at ${crashAtMs}`;
    violations.push({ rule: 'take-over', detail });
  }
  return violations;
}

/** How long each lane with messages waiting stood still after each crash. */
export function takeOvers(round: RoundLedgers): { number: string; crashAtMs: number; tookMs: number }[] {
  const firstOnWire = new Map<string, WireLine>();
  for (const line of [...round.wire].sort((a, b) => a.at_ms - b.at_ms)) {
    const to = (line.to ?? '').replace(/\D/g, '');
    if (!firstOnWire.has(to)) firstOnWire.set(to, line);
  }
  const crashes = [...round.crashes].sort((a, b) => a.atMs - b.atMs);
  const lanes = groupBy(round.commands, (c) => c.phoneNumberId);
  return crashes.flatMap((crash, i) => {
    const untilMs = crashes[i + 1]?.atMs ?? Number.POSITIVE_INFINITY;
    return [...lanes].flatMap(([number, commands]) => {
      const sentAfter = commands
        .filter((c) => (c.answers[0]?.atMs ?? Number.POSITIVE_INFINITY) < crash.atMs)
        .map((c) => firstOnWire.get(c.to.replace(/\D/g, ''))?.at_ms ?? Number.NEGATIVE_INFINITY)
        .filter((atMs) => atMs > crash.healedAtMs);
      const first = Math.min(...sentAfter);
      if (sentAfter.length === 0 || first > untilMs) return [];
      return [{ number, crashAtMs: crash.atMs, tookMs: first - crash.healedAtMs }];
    });
  });
}
