import { checkEvents } from './check-events.js';
import { checkTakeOvers, checkThroughput } from './check-pace.js';
import { groupBy } from './group-by.js';
import type { Command, EventSeen, RoundLedgers, StoredMessage, WireLine } from './ledgers.js';
import type { Violation } from './violation.js';

/** Faults of the simulator that leave the sender in doubt although nobody crashed. */
const DOUBTFUL_FAULTS = new Set([
  'lost_response',
  'truncated',
  'server_error_after',
  'garbage',
  'hang',
  'server_error',
  'reset_before',
]);

/** Where a message may be when everything has come to rest. */
const AT_REST = new Set(['submitted', 'rejected', 'unknown', 'unconfirmed', 'expired', 'cancelled']);

/** What every rule is asked about: the round with the joins that several rules need. */
interface Joined {
  readonly round: RoundLedgers;
  /** Messages of the service by the key that asked for them. */
  readonly byKey: ReadonlyMap<string, readonly StoredMessage[]>;
  readonly wireByRecipient: ReadonlyMap<string, readonly WireLine[]>;
  readonly historyOf: ReadonlyMap<string, readonly EventSeen[]>;
}

/**
 * Judges a round by its ledgers alone: the client's acknowledgements, what reached the platform, what the service says,
 * and what consumers of events saw. Pure. Gives every violation of the invariants of the design; none for a good round.
 */
export function check(round: RoundLedgers): Violation[] {
  const joined: Joined = {
    round,
    byKey: groupBy(round.messages, (m) => m.callback_data ?? ''),
    wireByRecipient: groupBy(round.wire, (line) => digitsOf(line.to)),
    historyOf: groupBy(round.history, (e) => e.messageId),
  };
  return [
    ...round.commands.flatMap((command) => checkCommand(command, joined)),
    ...checkAttempts(round.wire),
    ...checkDoubt(joined),
    ...checkThroughput(round.wire, round.promises.mps),
    ...checkTakeOvers(round),
    ...checkEvents(round.history, round.readers),
  ];
}

/** How many messages of a round ended with an outcome that nobody knows, and were never on the wire. */
export function countNeverSent(round: RoundLedgers): number {
  const sent = new Set(round.wire.map((line) => digitsOf(line.to)));
  const keys = new Map(round.commands.map((c) => [c.key, digitsOf(c.to)]));
  return round.messages.filter((m) => isInDoubt(m) && !sent.has(keys.get(m.callback_data ?? '') ?? '')).length;
}

function checkCommand(command: Command, joined: Joined): Violation[] {
  const stored = joined.byKey.get(command.key) ?? [];
  const wire = joined.wireByRecipient.get(digitsOf(command.to)) ?? [];
  const copies = wire.filter((line) => line.wamid !== undefined);
  const violations = checkAcceptance(command, stored);
  const message = stored[0];
  if (message === undefined) {
    if (wire.length > 0)
      violations.push({ rule: 'I1', detail: `${command.key} is on the wire but not in the service` });
    return violations;
  }
  const history = joined.historyOf.get(message.id) ?? [];
  violations.push(...checkRest(command, message, { wire, copies, history }));
  if (command.onUnknown === 'hold' && copies.length > 1) {
    violations.push({ rule: 'I3', detail: `${command.key} was accepted ${copies.length} times under HOLD` });
  }
  if (command.onUnknown === 'resend') violations.push(...checkResend(command.key, copies.length, history));
  if (copies.length > 0) violations.push(...checkResolved(command.key, message, copies));
  if (copies.length > 0)
    violations.push(...checkStatuses(command.key, history, joined.round.promises.everyMessageDelivered));
  return violations;
}

function checkAcceptance(command: Command, stored: readonly StoredMessage[]): Violation[] {
  const { key, answers } = command;
  const ids = new Set(answers.map((a) => a.messageId));
  if (ids.size === 0)
    return [{ rule: 'availability', detail: `${key} was never acknowledged, however often it was retried` }];
  const violations: Violation[] = [];
  if (ids.size > 1) violations.push({ rule: 'I2', detail: `${key} was answered with ${ids.size} ids: ${[...ids]}` });
  if (stored.length > 1) violations.push({ rule: 'I2', detail: `${key} made ${stored.length} messages` });
  for (const id of ids) {
    if (!stored.some((m) => m.id === id))
      violations.push({ rule: 'I1', detail: `${key} was acknowledged as ${id} and is lost` });
  }
  return violations;
}

interface Evidence {
  readonly wire: readonly WireLine[];
  readonly copies: readonly WireLine[];
  readonly history: readonly EventSeen[];
}

function checkRest(command: Command, message: StoredMessage, { wire, copies, history }: Evidence): Violation[] {
  const name = `${command.key} (${message.id})`;
  const violations: Violation[] = [];
  if (!AT_REST.has(message.state)) {
    violations.push({ rule: 'I1', detail: `${name} is stuck in ${message.state}; ${wire.length} lines on the wire` });
  }
  if (message.state === 'submitted' && copies.length === 0) {
    violations.push({ rule: 'I1', detail: `${name} is submitted, but the platform never accepted it` });
  }
  if (message.state === 'rejected' && !wire.some((line) => line.code !== undefined)) {
    violations.push({ rule: 'I1', detail: `${name} is rejected, but the platform never refused it` });
  }
  if (isInDoubt(message) && !history.some((e) => e.type === 'unknown')) {
    violations.push({ rule: 'I5', detail: `${name} is ${message.state} and no event says so` });
  }
  return violations;
}

function checkResend(key: string, copies: number, history: readonly EventSeen[]): Violation[] {
  const violations: Violation[] = [];
  if (copies > 2) violations.push({ rule: 'I4', detail: `${key} was accepted ${copies} times under RESEND` });
  const counted = history.filter((e) => e.type === 'duplicate_confirmed').length;
  if (copies > 1 && counted !== copies - 1) {
    violations.push({ rule: 'I4', detail: `${key} has ${copies} copies and ${counted} confirmed duplicates` });
  }
  return violations;
}

function checkResolved(key: string, message: StoredMessage, copies: readonly WireLine[]): Violation[] {
  if (message.state !== 'submitted') {
    return [
      { rule: 'I6', detail: `${key} (${message.id}) was accepted as ${copies[0]?.wamid} and is ${message.state}` },
    ];
  }
  if (copies.some((line) => line.wamid === message.wamid)) return [];
  return [{ rule: 'I6', detail: `${key} has wamid ${message.wamid}, which the platform never gave it` }];
}

/** A webhook that was answered with 200 and is gone shows as a status that is missing in the history. */
function checkStatuses(key: string, history: readonly EventSeen[], delivered: boolean): Violation[] {
  const types = new Set(history.map((e) => e.type));
  return ['sent', ...(delivered ? ['delivered'] : [])]
    .filter((status) => !types.has(status))
    .map((status) => ({ rule: 'I7', detail: `${key} never learned that it was ${status}` }));
}

function checkAttempts(wire: readonly WireLine[]): Violation[] {
  const violations: Violation[] = [];
  for (const [token, lines] of groupBy(wire, (line) => line.biz_opaque_callback_data ?? '')) {
    if (token === '') violations.push({ rule: 'I11', detail: `${lines.length} sends carried no token` });
    else if (lines.length > 1)
      violations.push({ rule: 'I11', detail: `attempt ${token} was on the wire ${lines.length} times` });
  }
  return violations;
}

function checkDoubt({ round }: Joined): Violation[] {
  const byFaults = round.wire.filter((line) => DOUBTFUL_FAULTS.has(line.fault ?? '')).length;
  const doubts = round.history.filter((e) => e.type === 'unknown').length;
  const most = byFaults + round.crashes.length * round.promises.mostInDoubtPerCrash;
  if (doubts <= most) return [];
  const detail = `${doubts} messages were in doubt; ${byFaults} faults and ${round.crashes.length} crashes explain ${most}`;
  return [{ rule: 'I5', detail }];
}

function isInDoubt(message: StoredMessage): boolean {
  return message.state === 'unknown' || message.state === 'unconfirmed';
}

function digitsOf(to: string | null): string {
  return (to ?? '').replace(/\D/g, '');
}
