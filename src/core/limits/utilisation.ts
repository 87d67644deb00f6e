/** What happens when a number comes near its limit. */
export interface UtilisationPolicy {
  readonly description: string;
  /** Share of the limit from which it is told, and below which it counts as having fallen. */
  readonly alertShare: number;
  readonly calmShare: number;
  /** Share from which the number pauses, and for how long; null when it never does. */
  readonly pause: { readonly share: number; readonly lastsMs: number } | null;
}

/**
 * The thresholds that can be chosen; none is in force unless it was. A buffer that pauses at 90 % (guide, S27) can never
 * use more than about that of what Meta allows, so it is nobody's default.
 */
export const UTILISATION_POLICIES: Readonly<Record<string, UtilisationPolicy>> = {
  guide: {
    description: 'Tells from 80 % of the number’s rate on, and pauses 10 seconds at 90 %',
    alertShare: 0.8,
    calmShare: 0.7,
    pause: { share: 0.9, lastsMs: 10_000 },
  },
  alert: {
    description: 'Tells from 80 % of the number’s rate on, and never pauses',
    alertShare: 0.8,
    calmShare: 0.7,
    pause: null,
  },
};

/** A number at its limit is told of once in so long at most: a campaign comes and goes there all the time. */
const TOLD_EVERY_MS = 60_000;

/** What one look at a number's use says to do. */
export interface UtilisationNews {
  /** Whoever wants to know is to be told. */
  readonly tells: boolean;
  /** Nothing is to be sent for so long; 0 for going on. */
  readonly pauseMs: number;
}

/** Watches how much of its limit one number uses. */
export class UtilisationWatch {
  private isHigh = false;
  private toldAtMs = Number.NEGATIVE_INFINITY;

  /** Takes a look: `used` of `allowed`, in any unit. */
  look(policy: UtilisationPolicy, used: number, allowed: number, nowMs: number): UtilisationNews {
    const share = used / allowed;
    if (share < policy.calmShare) this.isHigh = false;
    const rises = !this.isHigh && share >= policy.alertShare;
    if (rises) this.isHigh = true;
    const tells = rises && nowMs - this.toldAtMs >= TOLD_EVERY_MS;
    if (tells) this.toldAtMs = nowMs;
    const pauses = policy.pause !== null && share >= policy.pause.share;
    return { tells, pauseMs: pauses ? (policy.pause?.lastsMs ?? 0) : 0 };
  }
}
