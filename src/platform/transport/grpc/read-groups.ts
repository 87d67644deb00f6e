import type { Readable } from 'node:stream';

/**
 * Reads a stream of objects in groups: what has arrived together comes together, up to `most`. Nothing is read ahead of
 * who asks, so a slow reader slows its sender down. Throws when the stream breaks off before its end.
 */
export async function* readGroups<T>(stream: Readable, most: number): AsyncGenerator<T[]> {
  let wake: () => void = () => undefined;
  let isOver = false;
  const tell = () => wake();
  const end = () => {
    isOver = true;
    wake();
  };
  stream.on('readable', tell).on('end', end).on('close', end);
  try {
    for (;;) {
      const group = take<T>(stream, most);
      if (group.length > 0) yield group;
      else if (stream.readableEnded) return;
      else if (isOver || stream.destroyed) throw new Error('the stream broke off before its end');
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    stream.off('readable', tell).off('end', end).off('close', end);
  }
}

function take<T>(stream: Readable, most: number): T[] {
  const group: T[] = [];
  while (group.length < most) {
    const item: unknown = stream.read();
    if (item === null) break;
    group.push(item as T);
  }
  return group;
}
