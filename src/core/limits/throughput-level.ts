/** What the Graph API says of a number that decides its throughput. */
export interface ThroughputFacts {
  /** `throughput.level`: STANDARD, HIGH, NOT_APPLICABLE, or something new; null when never read. */
  readonly level: string | null;
  /** Shared with the WhatsApp Business app ("coexistence"). */
  readonly isOnBizApp: boolean;
}

/** Messages per second of each level (Meta, "Throughput": 80 by default, up to 1,000 after the automatic upgrade). */
const STANDARD_MPS = 80;
const MPS_OF_LEVEL: Readonly<Record<string, number>> = { STANDARD: STANDARD_MPS, HIGH: 1000 };

/** A number used in the Business app as well is fixed at 20 and never upgraded (Meta, "Coexistence"). */
const COEXISTENCE_MPS = 20;

/**
 * The messages per second that Meta allows a number, inbound and outbound of all types together. An unknown level
 * counts as STANDARD: the lowest that a number of its own can have, so a surprise never makes us too fast.
 */
export function throughputMps(facts: ThroughputFacts): number {
  if (facts.isOnBizApp) return COEXISTENCE_MPS;
  const level = facts.level ?? '';
  return Object.hasOwn(MPS_OF_LEVEL, level) ? (MPS_OF_LEVEL[level] as number) : STANDARD_MPS;
}
