/** A number of a pool as it stands now, for one message. */
export interface PoolMember {
  readonly phoneNumberId: string;
  /** Its level: messages per second that Meta allows. */
  readonly throughputMps: number;
  /** GREEN, YELLOW, RED, or what says nothing. */
  readonly qualityRating: string | null;
  /** Meta's word for its state; null until read. */
  readonly status: string | null;
  /** Whether a stop holds the message back on this number. */
  readonly isStopped: boolean;
  /** Whether it will not send for long (`lossOf`): a stop that is soon over is waited for. */
  readonly isLost: boolean;
}

/**
 * What of its level a number gets by its quality. Meta's ratings are words, so the shares are ours: a number with
 * complaints gets half, and one that is about to be restricted only enough to show that it recovers.
 */
const SHARES: Readonly<Record<string, number>> = { GREEN: 1, YELLOW: 0.5, RED: 0.1 };

/** A rating that is not known yet says no more good than bad. */
const UNKNOWN_SHARE = 0.5;

/** Tells whether a number can send: nothing stops it, and Meta calls it connected or was not asked yet. */
export function isHealthy(member: PoolMember): boolean {
  return !member.isStopped && (member.status === null || member.status === 'CONNECTED');
}

/** How much of a pool's people a number gets, beside the others. */
export function weightOf(member: PoolMember): number {
  return Math.max(1, member.throughputMps) * (SHARES[member.qualityRating ?? ''] ?? UNKNOWN_SHARE);
}

/**
 * The number of a pool that a person hears from: the one that they know until it is lost, else one by weight. The same
 * person gets the same number from whoever asks, and most keep it when others come or go (weighted rendezvous hashing).
 * When none can send it is chosen as if all could: the message waits there. Null when the pool has no number.
 */
export function chooseSender(person: string, members: readonly PoolMember[], known: string | null): string | null {
  const healthy = members.filter(isHealthy);
  const among = healthy.length > 0 ? healthy : members;
  if (known !== null && members.some((m) => m.phoneNumberId === known && (among.includes(m) || !m.isLost)))
    return known;
  let best: { readonly id: string; readonly score: number } | null = null;
  for (const member of among) {
    const score = -weightOf(member) / Math.log(drawOf(person, member.phoneNumberId));
    const { phoneNumberId: id } = member;
    if (best === null || score > best.score || (score === best.score && id < best.id)) best = { id, score };
  }
  return best?.id ?? null;
}

/**
 * A draw between 0 and 1, both excluded, that a person and a number always have: FNV-1a, with the last steps of
 * MurmurHash3, without which names that differ in their last digit draw alike.
 */
function drawOf(person: string, phoneNumberId: string): number {
  let hash = 0x811c9dc5;
  for (const letter of `${person} ${phoneNumberId}`) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (((hash ^ (hash >>> 16)) >>> 0) + 1) / (2 ** 32 + 2);
}
