import { WARM_UP_POLICIES, type WarmUpPolicy, type WarmUpStage } from '../core/limits/warm-up.js';
import { WarmUpPace } from '../core/limits/warm-up-pace.js';
import type { PolicyRow } from './policies.store.js';
import type { RecentSend } from './warm-ups.store.js';

/** The warm-up of a number and the stage that it is in; null when it has none, or is warm. */
export function warmUpOf(
  row: Pick<PolicyRow, 'warm_up' | 'warm_up_stage'> | null | undefined,
): { readonly policy: WarmUpPolicy; readonly stage: WarmUpStage } | null {
  const policy = WARM_UP_POLICIES[row?.warm_up ?? ''];
  const stage = policy?.stages[row?.warm_up_stage ?? 0];
  return policy === undefined || stage === undefined ? null : { policy, stage };
}

/** How far back a stage looks, in milliseconds: whoever rests now began the run so long ago. */
export function memoryMsOf({ longestRunMs, restMs }: WarmUpStage): number {
  return longestRunMs + restMs;
}

/** The pace of a number that warms up, from what it sent; on the scale of `nowMs`. */
export function paceOf(
  { policy, stage }: { readonly policy: WarmUpPolicy; readonly stage: WarmUpStage },
  sends: readonly RecentSend[],
  nowMs: number,
): WarmUpPace {
  return new WarmUpPace(
    stage,
    policy.weights,
    sends.map(({ type, age_ms }) => ({ type, atMs: nowMs - age_ms })),
  );
}
