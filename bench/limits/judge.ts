/** One send that reached the simulator, as its ledger has it. */
export interface Arrival {
  /** Epoch milliseconds, of the simulator's clock: the very number its own limiter judged by. */
  readonly atMs: number;
  readonly to: string;
  /** Meta's code when it was refused; null when it was taken. */
  readonly code: number | null;
}

/** What a run of arrivals comes to. */
export interface Judgement {
  /** Most arrivals in any second, wherever it begins, refused ones included. */
  readonly mostInAnySecond: number;
  /** Messages taken per second of the window that is judged. */
  readonly takenPerSecond: number;
  /** Refusals by code, over all of the run. */
  readonly refused: Readonly<Record<number, number>>;
  /** Messages taken over all of the run. */
  readonly taken: number;
}

/** Judges arrivals, which ascend; the rate is taken of those from `fromMs` on and before `untilMs`. */
export function judge(arrivals: readonly Arrival[], fromMs: number, untilMs: number): Judgement {
  const refused: Record<number, number> = {};
  for (const { code } of arrivals) if (code !== null) refused[code] = (refused[code] ?? 0) + 1;
  const taken = arrivals.filter((a) => a.code === null);
  const inWindow = taken.filter((a) => a.atMs >= fromMs && a.atMs < untilMs).length;
  return {
    mostInAnySecond: mostInAny(
      arrivals.map((a) => a.atMs),
      1000,
    ),
    takenPerSecond: (inWindow * 1000) / (untilMs - fromMs),
    refused,
    taken: taken.length,
  };
}

/** The most of some ascending instants that lie within any `windowMs` of each other, the first instant excluded. */
export function mostInAny(instants: readonly number[], windowMs: number): number {
  let most = 0;
  let first = 0;
  for (let last = 0; last < instants.length; last += 1) {
    while ((instants[first] as number) <= (instants[last] as number) - windowMs) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

/** The longest silence between two arrivals from `fromMs` on, in milliseconds; zero when there are fewer than two. */
export function longestGapMs(arrivals: readonly Arrival[], fromMs: number): number {
  const times = arrivals.filter((a) => a.atMs >= fromMs).map((a) => a.atMs);
  return times.reduce((most, at, i) => (i === 0 ? 0 : Math.max(most, at - (times[i - 1] as number))), 0);
}
