import { type AcceptedPost, digitsOf, type GatewayMessage, type LedgerLine } from './wire.js';

/** The demo's result, as `--json` prints it. */
export interface Summary {
  /** How many were to be sent. */
  readonly messages: number;
  /** How many the gateway answered 202 for. */
  readonly accepted: number;
  readonly submitted: number;
  /** Those with a `delivered` or a `read`, because either proves it. */
  readonly delivered: number;
  readonly read: number;
  readonly failed: number;
  readonly rejected: number;
  readonly unknown: number;
  readonly unconfirmed: number;
  readonly lost: number;
  readonly duplicates: number;
  /** Sends that the platform refused as over the throughput, without those it refused to be nasty. */
  readonly throttled_130429: number;
  /** Most sends that the platform accepted for one number within any 1000 ms. */
  readonly max_in_any_second: number;
  /** From the first request to the arrival of the last message at the platform. */
  readonly seconds: number;
  /** Accepted sends per second between the first and the last arrival. */
  readonly mps: number;
}

/** What the two sides say for themselves. */
export interface Evidence {
  readonly requested: number;
  readonly accepted: readonly AcceptedPost[];
  /** The gateway's final answers; others than those of `accepted` are left out of account. */
  readonly messages: readonly GatewayMessage[];
  /** Everything that reached the platform. */
  readonly ledger: readonly LedgerLine[];
  /** When the first request was made, epoch milliseconds. */
  readonly startedAtMs: number;
}

/** Compares the gateway's answers with the platform's ledger. Recipients must be unique among `accepted`. */
export function summarise(evidence: Evidence): Summary {
  const taken = evidence.ledger.filter((line) => line.wamid !== undefined);
  const byRecipient = wamidsByRecipient(taken);
  const byId = new Map(evidence.messages.map((message) => [message.id, message]));
  const ours = evidence.accepted.flatMap(({ id }) => byId.get(id) ?? []);
  const inState = (state: string) => ours.filter((message) => message.state === state).length;
  const arrivals = taken.map((line) => line.at_ms).sort((a, b) => a - b);
  return {
    messages: evidence.requested,
    accepted: evidence.accepted.length,
    submitted: inState('submitted'),
    delivered: ours.filter((message) => isAt(message.delivered_at) || isAt(message.read_at)).length,
    read: ours.filter((message) => isAt(message.read_at)).length,
    failed: ours.filter((message) => message.status === 'failed').length,
    rejected: inState('rejected'),
    unknown: inState('unknown'),
    unconfirmed: inState('unconfirmed'),
    lost: evidence.accepted.filter(({ id, to }) => isLost(byId.get(id), byRecipient.get(digitsOf(to)) ?? [])).length,
    duplicates: [...byRecipient.values()].reduce((sum, wamids) => sum + wamids.length - 1, 0),
    throttled_130429: evidence.ledger.filter((line) => line.code === 130429 && line.fault === undefined).length,
    max_in_any_second: fullestSecond(taken),
    seconds: rounded(Math.max(0, (arrivals.at(-1) ?? evidence.startedAtMs) - evidence.startedAtMs) / 1000),
    mps: rounded(rateOf(arrivals)),
  };
}

/** States in which the gateway itself says that the message may not have reached the platform. */
const OWNS_UP = new Set(['queued', 'scheduled', 'rejected', 'unknown', 'unconfirmed', 'expired', 'cancelled']);

/**
 * Whether a message that was answered 202 is lost: the gateway does not know it, claims a submission that the platform
 * never saw, or does not know of one that the platform has.
 */
function isLost(message: GatewayMessage | undefined, wamids: readonly string[]): boolean {
  if (message === undefined) return true;
  if (wamids.length === 0) return !OWNS_UP.has(message.state);
  return message.state !== 'submitted' || !wamids.includes(message.wamid ?? '');
}

function wamidsByRecipient(taken: readonly LedgerLine[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { to, wamid } of taken) {
    const wamids = found.get(digitsOf(to)) ?? [];
    wamids.push(wamid ?? '');
    found.set(digitsOf(to), wamids);
  }
  return found;
}

/**
 * The most arrivals of one number in any second (t - 1000 ms, t]: a fullest one always ends at an arrival, so
 * looking at those is exact.
 */
export function fullestSecond(lines: readonly Pick<LedgerLine, 'phone_number_id' | 'at_ms'>[]): number {
  let most = 0;
  for (const number of new Set(lines.map((line) => line.phone_number_id))) {
    const instants = lines.filter((line) => line.phone_number_id === number).map((line) => line.at_ms);
    instants.sort((a, b) => a - b);
    let oldest = 0;
    instants.forEach((atMs, i) => {
      while ((instants[oldest] ?? atMs) <= atMs - 1000) oldest += 1;
      most = Math.max(most, i - oldest + 1);
    });
  }
  return most;
}

function rateOf(sortedMs: readonly number[]): number {
  const spanMs = (sortedMs.at(-1) ?? 0) - (sortedMs[0] ?? 0);
  return spanMs > 0 ? ((sortedMs.length - 1) * 1000) / spanMs : 0;
}

const isAt = (instant: string | null | undefined): boolean => instant !== null && instant !== undefined;
const rounded = (value: number): number => Math.round(value * 100) / 100;
