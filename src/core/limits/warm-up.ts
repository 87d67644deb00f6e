/** One stage of a warm-up: how fast a number may send while it is in it, and what takes it to the next. */
export interface WarmUpStage {
  /** Messages a minute, spaced evenly. */
  readonly perMinute: number;
  /** Most in any minute, after a pause: what was not sent may be caught up with to this extent. */
  readonly peakPerMinute: number;
  /** Longest time of sending at this rate without a break, in milliseconds, and how long the break is. */
  readonly longestRunMs: number;
  readonly restMs: number;
  /** The next stage begins after so long, when Meta took at least so many messages in this one. */
  readonly promotion: { readonly afterMs: number; readonly accepted: number };
}

/** How a new number begins slowly. After the last stage only Meta's limits hold. */
export interface WarmUpPolicy {
  readonly description: string;
  readonly stages: readonly WarmUpStage[];
  /** What a message of a kind counts for, when not 1. */
  readonly weights: Readonly<Record<string, number>>;
  /** What puts a number back to the first stage. Shares count only from so many messages on. */
  readonly demotion: {
    readonly complaintShare: number;
    readonly failureShare: number;
    readonly fromAccepted: number;
    readonly ratings: readonly string[];
  };
}

/** How a number was received since it entered its stage, in the last day at most. */
export interface WarmUpSignals {
  /** Messages that Meta took since the stage began. */
  readonly acceptedInStage: number;
  /** Of the last day: messages that Meta took, how many of them failed, and complaints about them. */
  readonly accepted: number;
  readonly failed: number;
  readonly complaints: number;
  /** Meta's quality rating; null when it was never read. */
  readonly qualityRating: string | null;
}

/** Where a number stands: the index of its stage, `stages.length` once it is warm, and since when. */
export interface WarmUpPlace {
  readonly stage: number;
  readonly sinceMs: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Ten minutes of a rate, then an hour of rest (guide, S26). */
const RUN = { longestRunMs: 10 * MINUTE_MS, restMs: 60 * MINUTE_MS };

/** A file weighs 1.8 texts (guide, S29). */
const HEAVY_FILES = { image: 1.8, video: 1.8, audio: 1.8, document: 1.8, sticker: 1.8 };

/** Meta lowers what a number may do at these ("Messaging quality"): going slower first is cheaper. */
const WORSE_RATINGS = ['RED', 'YELLOW'];

/**
 * The warm-ups that can be chosen; none is in force unless it was. Rates, runs, weights and complaint shares are those
 * of the guide (S26, S29); how long a stage lasts is ours, because the guide says only "later". Meta documents no
 * warm-up: its own limits hold in any case.
 */
export const WARM_UP_POLICIES: Readonly<Record<string, WarmUpPolicy>> = {
  guide: {
    description:
      '5 a minute for 3 days, then 30 with peaks of 50 for 11 days; 10 minutes at a time, then 1 hour of rest',
    stages: [
      { perMinute: 5, peakPerMinute: 5, ...RUN, promotion: { afterMs: 3 * DAY_MS, accepted: 100 } },
      { perMinute: 30, peakPerMinute: 50, ...RUN, promotion: { afterMs: 11 * DAY_MS, accepted: 1000 } },
    ],
    weights: HEAVY_FILES,
    demotion: { complaintShare: 0.005, failureShare: 0.1, fromAccepted: 100, ratings: WORSE_RATINGS },
  },
  careful: {
    description: 'As guide with twice the time in each stage, put back at 0.3 % of complaints in place of 0.5 %',
    stages: [
      { perMinute: 5, peakPerMinute: 5, ...RUN, promotion: { afterMs: 6 * DAY_MS, accepted: 200 } },
      { perMinute: 30, peakPerMinute: 50, ...RUN, promotion: { afterMs: 22 * DAY_MS, accepted: 2000 } },
    ],
    weights: HEAVY_FILES,
    demotion: { complaintShare: 0.003, failureShare: 0.05, fromAccepted: 100, ratings: WORSE_RATINGS },
  },
};

/**
 * The stage that a number goes to, with the reason in words; null when it stays. Bad signals put it back to the first
 * stage, and keep it there.
 */
export function nextStage(
  policy: WarmUpPolicy,
  place: WarmUpPlace,
  signals: WarmUpSignals,
  nowMs: number,
): { readonly stage: number; readonly reason: string } | null {
  const bad = badNews(policy, signals);
  if (bad !== null) return place.stage === 0 ? null : { stage: 0, reason: `put back to the first stage: ${bad}` };
  const stage = policy.stages[place.stage];
  if (stage === undefined) return null;
  const { afterMs, accepted } = stage.promotion;
  if (nowMs - place.sinceMs < afterMs || signals.acceptedInStage < accepted) return null;
  const next = place.stage + 1;
  const what = next === policy.stages.length ? 'the warm-up is over' : `stage ${next + 1} of ${policy.stages.length}`;
  return { stage: next, reason: `${what}: Meta took ${signals.acceptedInStage} messages in the stage before` };
}

function badNews({ demotion }: WarmUpPolicy, s: WarmUpSignals): string | null {
  if (s.qualityRating !== null && demotion.ratings.includes(s.qualityRating)) {
    return `Meta rates the quality of the number ${s.qualityRating}`;
  }
  if (s.accepted < demotion.fromAccepted) return null;
  if (s.complaints > s.accepted * demotion.complaintShare) {
    return `${percent(s.complaints, s.accepted)} of its messages made people complain or opt out`;
  }
  if (s.failed > s.accepted * demotion.failureShare) return `${percent(s.failed, s.accepted)} of its messages failed`;
  return null;
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} %`;
}
