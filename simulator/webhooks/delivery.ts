/** One POST: the bytes stay the same however often it is delivered, as Meta's do. */
export interface Delivery {
  /** ASCII. */
  readonly body: string;
  readonly updates: number;
  /** A delivery of something that has been acknowledged already. */
  readonly isCopy: boolean;
  /** When it was made, in platform time: from there on the redelivery window counts. */
  readonly madeAtMs: number;
  /** Rises with each reset; answers to what was forgotten are not counted. */
  readonly generation: number;
  /** How many of its answers will not be read. Drawn when it is made, so that no answer's speed shifts chances. */
  readonly unread: number;
  /** How long after its answer it is sent once more; undefined: it is not. */
  readonly copyAfterMs: number | undefined;
  readonly attempts: number;
}

/** Counts of deliveries; all are POSTs except `updates_acknowledged`, `pending`, `dropped` and `expired`: updates. */
export interface WebhookStats {
  readonly posted: number;
  readonly acknowledged: number;
  readonly retried: number;
  readonly duplicated: number;
  readonly updates_acknowledged: number;
  readonly pending: number;
  /** Not sent, for want of a callback or a subscription. */
  readonly dropped: number;
  /** Given up, after the whole redelivery window. */
  readonly expired: number;
}

/** The counts while they are counted. */
export type WebhookCounts = { -readonly [K in keyof WebhookStats]: number };

/** Counts of nothing. */
export const noCounts = (): WebhookCounts => ({
  posted: 0,
  acknowledged: 0,
  retried: 0,
  duplicated: 0,
  updates_acknowledged: 0,
  pending: 0,
  dropped: 0,
  expired: 0,
});

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/**
 * Waits before the second, third, … delivery; the last holds for all that follow. Meta's are unpublished but for
 * "immediately, then with decreasing frequency"; these were chosen by us.
 */
const REDELIVERY_MS: readonly number[] = [
  200,
  ...[1, 3, 6, 12, 24, 48].map((seconds) => seconds * SECOND),
  ...[1, 2, 4, 8, 15, 30, 60].map((minutes) => minutes * MINUTE),
];

/** Floor of a redelivery's wait, so that a time scale of 0 does not spin. */
const SHORTEST_REDELIVERY_MS = 5;

/** How long to wait after `attempts` deliveries that were not acknowledged. */
export function redeliveryWaitMs(attempts: number, timeScale: number): number {
  const waitMs = REDELIVERY_MS[Math.min(attempts, REDELIVERY_MS.length) - 1] as number;
  return Math.max(SHORTEST_REDELIVERY_MS, waitMs * timeScale);
}
