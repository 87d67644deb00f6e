import { setTimeout as delay } from 'node:timers/promises';

/** How long to go on asking, and what is waited for: the words of the error when it does not come. */
export interface Patience {
  readonly withinMs?: number;
  readonly everyMs?: number;
  readonly what?: string;
}

/**
 * Asks again and again until the answer is neither false, null nor undefined, and gives it. Rejects after `withinMs`
 * (20 s) with the last answer's error, if it had one. The only way in which these suites wait.
 */
export async function until<T>(
  ask: () => Promise<T> | T,
  { withinMs = 20_000, everyMs = 20, what = 'the condition' }: Patience = {},
): Promise<NonNullable<Exclude<T, false>>> {
  const endsAtMs = performance.now() + withinMs;
  for (;;) {
    let cause: unknown;
    try {
      const answer = await ask();
      if (answer !== false && answer !== null && answer !== undefined) return answer as NonNullable<Exclude<T, false>>;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > endsAtMs) throw new Error(`${what} did not come within ${withinMs} ms`, { cause });
    await delay(everyMs);
  }
}
