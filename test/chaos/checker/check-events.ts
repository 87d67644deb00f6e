import { groupBy } from './group-by.js';
import type { EventReader, EventSeen } from './ledgers.js';
import type { Violation } from './violation.js';

/**
 * I10: the versions of each message run from 1 without a gap, every event reaches every reader at least once, and no
 * reader sees a version of a message for the first time after a higher one.
 */
export function checkEvents(history: readonly EventSeen[], readers: readonly EventReader[]): Violation[] {
  return [...checkVersions(history), ...readers.flatMap((reader) => checkReader(reader, history))];
}

function checkVersions(history: readonly EventSeen[]): Violation[] {
  const violations: Violation[] = [];
  for (const [messageId, events] of groupBy(history, (e) => e.messageId)) {
    const versions = events.map((e) => e.version).sort((a, b) => a - b);
    if (versions.every((version, i) => version === i + 1)) continue;
    violations.push({ rule: 'I10', detail: `the history of ${messageId} has the versions ${versions.join(', ')}` });
  }
  return violations;
}

function checkReader(reader: EventReader, history: readonly EventSeen[]): Violation[] {
  const violations: Violation[] = [];
  const known = new Map(history.map((e) => [e.id, e]));
  const seen = new Set(reader.seen.map((e) => e.id));
  for (const e of history) {
    if (seen.has(e.id)) continue;
    violations.push({
      rule: 'I10',
      detail: `${reader.name} never saw version ${e.version} (${e.type}) of ${e.messageId}`,
    });
  }
  for (const e of reader.seen) {
    if (known.get(e.id)?.version === e.version) continue;
    violations.push({
      rule: 'I10',
      detail: `${reader.name} saw ${e.type} of ${e.messageId}, which is not in the ledger`,
    });
  }
  return [...violations, ...checkOrder(reader)];
}

function checkOrder(reader: EventReader): Violation[] {
  const violations: Violation[] = [];
  const ids = new Set<string>();
  const highest = new Map<string, EventSeen>();
  for (const e of reader.seen) {
    // At least once: a repetition carries the same id and may come at any time.
    if (ids.has(e.id)) continue;
    ids.add(e.id);
    const before = highest.get(e.messageId);
    if (before !== undefined && before.version >= e.version) {
      const detail = `${reader.name} saw version ${e.version} (${e.type}) of ${e.messageId} after ${before.version} (${before.type})`;
      violations.push({ rule: 'I10', detail });
    } else highest.set(e.messageId, e);
  }
  return violations;
}
