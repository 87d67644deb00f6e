/** What a closed loop came to. */
export interface LoopResult {
  readonly seconds: number;
  /** Milliseconds per request. */
  readonly latenciesMs: Float64Array;
}

/** Every lane sends its next request as soon as its last one is answered. Rejects when one is answered badly. */
export async function closedLoop<T>(
  lanes: readonly ((request: T) => Promise<void>)[],
  requests: readonly T[],
): Promise<LoopResult> {
  const latenciesMs = new Float64Array(requests.length);
  let next = 0;
  const startMs = performance.now();
  const run = async (lane: (request: T) => Promise<void>) => {
    for (let i = next++; i < requests.length; i = next++) {
      const sentMs = performance.now();
      await lane(requests[i] as T);
      latenciesMs[i] = performance.now() - sentMs;
    }
  };
  await Promise.all(lanes.map(run));
  return { seconds: (performance.now() - startMs) / 1000, latenciesMs };
}
