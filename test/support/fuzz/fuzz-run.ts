/** What came of one call: the code of its answer, or what must never be. */
export type FuzzVerdict = { readonly code: string } | { readonly offence: string; readonly payload: unknown };

/** What came of all calls. */
export interface FuzzRun {
  /** Answers by code: `ok`, the code of an error, or `unsayable` for what the client itself would not send. */
  readonly codes: Readonly<Record<string, number>>;
  /** The first few that must never be, with the number that makes the same call again. */
  readonly offences: readonly string[];
}

const AT_ONCE = 24;
const MOST_OFFENCES = 8;

/** Makes `count` calls, some at once, each from a seed of its own; stops early when enough is wrong. */
export async function fuzz(
  seed: number,
  count: number,
  call: (seed: number) => Promise<FuzzVerdict>,
  every: (done: number) => Promise<void> = async () => undefined,
): Promise<FuzzRun> {
  const codes: Record<string, number> = {};
  const offences: string[] = [];
  let next = 0;
  const caller = async () => {
    while (next < count && offences.length < MOST_OFFENCES) {
      const own = seed + next;
      next += 1;
      if (next % Math.ceil(count / 10) === 0) await every(next);
      const verdict = await call(own);
      if ('code' in verdict) codes[verdict.code] = (codes[verdict.code] ?? 0) + 1;
      else offences.push(`seed ${own}: ${verdict.offence}: ${show(verdict.payload)}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, caller));
  return { codes, offences };
}

function show(payload: unknown): string {
  const text = Buffer.isBuffer(payload) ? `base64 ${payload.toString('base64')}` : JSON.stringify(payload);
  return (text ?? 'nothing').slice(0, 600);
}
