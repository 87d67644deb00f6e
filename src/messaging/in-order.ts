/**
 * Works on groups as they come, several at once, and gives what came of each in their order, as soon as it is there. A
 * new group is begun while fewer than `most` items are under way; nothing is begun for who does not take the results.
 * Rejects as soon as the groups or the work on the oldest one do.
 */
export async function* inOrder<T, R>(
  groups: AsyncIterable<readonly T[]>,
  work: (group: readonly T[]) => Promise<R>,
  most: number,
): AsyncGenerator<R> {
  const source = groups[Symbol.asyncIterator]();
  const underWay: { readonly size: number; readonly result: Promise<R> }[] = [];
  let items = 0;
  let next: Promise<IteratorResult<readonly T[]>> | null = watched(source.next());
  try {
    while (next !== null || underWay.length > 0) {
      const oldest = underWay[0];
      if (oldest !== undefined && (next === null || items >= most || (await isFirst(oldest.result, next)))) {
        underWay.shift();
        items -= oldest.size;
        yield await oldest.result;
        continue;
      }
      const { value: group, done }: IteratorResult<readonly T[]> = await (next as NonNullable<typeof next>);
      if (done === true) {
        next = null;
        continue;
      }
      underWay.push({ size: group.length, result: watched(work(group)) });
      items += group.length;
      next = watched(source.next());
    }
  } finally {
    // Nobody waits for what is left: the source is told, but a source that is stuck holds nobody up.
    if (next !== null) void Promise.resolve(source.return?.()).catch(() => undefined);
  }
}

/** A promise that is awaited later must not count as unhandled until then. */
function watched<P>(promise: Promise<P>): Promise<P> {
  promise.catch(() => undefined);
  return promise;
}

function isFirst(one: Promise<unknown>, other: Promise<unknown>): Promise<boolean> {
  const say = (answer: boolean) => () => answer;
  return Promise.race([one.then(say(true), say(true)), other.then(say(false), say(false))]);
}
