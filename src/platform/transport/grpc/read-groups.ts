import type { Readable } from 'node:stream';

/**
 * Reads a stream of objects in groups: what arrives together comes together, up to `most`. Nothing is read ahead of
 * who asks, so a slow reader slows its sender down. Throws when the stream breaks off before its end.
 *
 * A group goes on as long as each turn of the event loop brings more: grpc-js hands messages over one by one, and a group of one costs as
 * much as a group of hundreds (measured: 44 µs of processor time for a message of StreamSend without this, 26 with it). Who sends
 * slowly is answered one turn later.
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
      const group = await gather<T>(stream, most);
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

/** What is there, and what each further turn brings until one brings nothing. */
async function gather<T>(stream: Readable, most: number): Promise<T[]> {
  const group = take<T>(stream, most);
  for (let came = group.length; came > 0 && group.length < most; ) {
    await turn();
    const more = take<T>(stream, most - group.length);
    group.push(...more);
    came = more.length;
  }
  return group;
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

/** One turn of the event loop: what the sockets have is read meanwhile. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
