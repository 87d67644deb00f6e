/** Messaging limits by name: different users per moving 24 hours (cloud-api.md §6); the last has no end. */
export const TIERS = {
  TIER_250: 250,
  TIER_2K: 2000,
  TIER_10K: 10_000,
  TIER_100K: 100_000,
  TIER_UNLIMITED: Number.POSITIVE_INFINITY,
} as const satisfies Record<string, number>;

export type Tier = keyof typeof TIERS;
export const TIER_NAMES = Object.keys(TIERS) as Tier[];

/** The next higher limit; undefined at the top. */
export const tierAbove = (tier: Tier): Tier | undefined => TIER_NAMES[TIER_NAMES.indexOf(tier) + 1];
