/** How far limiting has gone. */
export type EscalationLevel = 'light' | 'medium' | 'severe';

/** How a gateway stops of itself when Meta goes on refusing, before Meta stops it. */
export interface EscalationPolicy {
  readonly description: string;
  /** Meta's errors that count: refusals because of a rate. */
  readonly codes: readonly number[];
  /** Light begins when so many refusals, a second apart, came within so long. */
  readonly begins: { readonly refusals: number; readonly withinMs: number };
  /** How long each level stops sending: light of the number, medium of the portfolio, severe of the account. */
  readonly lastsMs: Readonly<Record<EscalationLevel, number>>;
  /** So many lights in a row make a medium; the next is in a row when it begins so soon after the end of the one before. */
  readonly medium: { readonly lights: number; readonly withinMs: number };
  /** So many mediums within so long make a severe. */
  readonly severe: { readonly mediums: number; readonly withinMs: number };
}

/** A level that a number of the portfolio reached before. */
export interface PastLevel {
  readonly phoneNumberId: string;
  readonly level: EscalationLevel;
  readonly beganAtMs: number;
  readonly untilMs: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Refusals of one second are one: what was under way when the first came back is refused with it. */
const APART_MS = 1000;

/** The guide's ladder (S28). How many refusals begin it, and how soon is "in a row", is ours: the guide does not say. */
const GUIDE: Omit<EscalationPolicy, 'description'> = {
  // Throughput of the number, calls of the WABA, calls of the app. 131056 is about one recipient, 131048 is a stop.
  codes: [130429, 80007, 4],
  begins: { refusals: 3, withinMs: MINUTE_MS },
  lastsMs: { light: 5 * MINUTE_MS, medium: HOUR_MS, severe: 24 * HOUR_MS },
  medium: { lights: 3, withinMs: 15 * MINUTE_MS },
  severe: { mediums: 5, withinMs: 24 * HOUR_MS },
};

/**
 * The ladders that can be chosen; none is in force unless it was. Meta documents no such levels: without a policy its own
 * rule holds, which is to slow down after 130429 and to send on.
 */
export const ESCALATION_POLICIES: Readonly<Record<string, EscalationPolicy>> = {
  guide: {
    description:
      '3 rate refusals in a minute stop the number for 5 minutes, 3 such stops in a row the portfolio for 1 hour, 5 of those in a day the account for 24 hours',
    ...GUIDE,
  },
  strict: {
    description: 'As guide, but the account stops for 72 hours',
    ...GUIDE,
    lastsMs: { ...GUIDE.lastsMs, severe: 72 * HOUR_MS },
  },
};

/** The refusals of one number, until there are enough of them for a level. In memory: a minute's worth. */
export class RefusalCount {
  private atMs: number[] = [];

  /** Counts a refusal; true when a level begins with it, and the count begins anew. */
  refused({ begins }: EscalationPolicy, nowMs: number): boolean {
    this.atMs = this.atMs.filter((at) => nowMs - at < begins.withinMs);
    const last = this.atMs.at(-1);
    if (last !== undefined && nowMs - last < APART_MS) return false;
    this.atMs.push(nowMs);
    if (this.atMs.length < begins.refusals) return false;
    this.atMs = [];
    return true;
  }
}

/** The level that begins now for a number, given those of its portfolio before, in any order. */
export function nextLevel(
  policy: EscalationPolicy,
  phoneNumberId: string,
  past: readonly PastLevel[],
  nowMs: number,
): EscalationLevel {
  const own = past.filter((p) => p.phoneNumberId === phoneNumberId).sort((a, b) => b.beganAtMs - a.beganAtMs);
  let lights = 1;
  let nextBeganAtMs = nowMs;
  for (const { level, beganAtMs, untilMs } of own) {
    if (level !== 'light' || nextBeganAtMs - untilMs > policy.medium.withinMs) break;
    lights += 1;
    nextBeganAtMs = beganAtMs;
  }
  if (lights < policy.medium.lights) return 'light';
  const lastSevereAtMs = Math.max(...past.flatMap((p) => (p.level === 'severe' ? [p.beganAtMs] : [])), -Infinity);
  const sinceMs = Math.max(lastSevereAtMs, nowMs - policy.severe.withinMs);
  const mediums = past.filter((p) => p.level === 'medium' && p.beganAtMs > sinceMs).length + 1;
  return mediums < policy.severe.mediums ? 'medium' : 'severe';
}

/** Why a level stops sending, in words. */
export function reasonOf(policy: EscalationPolicy, level: EscalationLevel, title: string): string {
  const { begins, lastsMs, medium, severe } = policy;
  const lasts = `for ${duration(lastsMs[level])}`;
  if (level === 'light') {
    return `light limiting: Meta refused ${begins.refusals} times within ${duration(begins.withinMs)} (${title}), so the number sends nothing ${lasts}`;
  }
  if (level === 'medium') {
    return `medium limiting: ${medium.lights} light limitings of a number in a row, so no number of the portfolio sends ${lasts}`;
  }
  return `severe limiting: ${severe.mediums} medium limitings within ${duration(severe.withinMs)}, so the account sends nothing ${lasts}`;
}

function duration(ms: number): string {
  const [count, unit] = ms % HOUR_MS === 0 ? [ms / HOUR_MS, 'hour'] : [ms / MINUTE_MS, 'minute'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
