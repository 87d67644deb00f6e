import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { readGroups } from './read-groups.js';

const aStream = () => new PassThrough({ objectMode: true });
const all = async <T>(groups: AsyncIterable<T[]>): Promise<T[][]> => {
  const read: T[][] = [];
  for await (const group of groups) read.push(group);
  return read;
};

describe('reading a stream in groups', () => {
  it('gives together what each turn of the event loop brings, although it comes one by one', async () => {
    const stream = aStream();
    const groups = all<number>(readGroups(stream, 100));
    for (let i = 0; i < 50; i += 1) {
      stream.write(i);
      if (i % 3 === 0) await turn();
    }
    stream.end();
    const read = await groups;
    expect(read.flat()).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(read.length).toBeLessThan(10);
  });

  it('gives what is there when nothing follows, without waiting for the end', async () => {
    const stream = aStream();
    const groups = readGroups<string>(stream, 100);
    stream.write('alone');
    expect(await groups.next()).toEqual({ done: false, value: ['alone'] });
    stream.write('later');
    expect(await groups.next()).toEqual({ done: false, value: ['later'] });
    await groups.return(undefined);
  });

  it('gives no group of more than was asked for, and nothing twice', async () => {
    const stream = aStream();
    for (let i = 0; i < 10; i += 1) stream.write(i);
    stream.end();
    expect(await all<number>(readGroups(stream, 4))).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ]);
  });

  it('reads nothing before it is asked, and no further than its group', async () => {
    const stream = aStream();
    for (let i = 0; i < 10; i += 1) stream.write(i);
    const groups = readGroups<number>(stream, 4);
    await turn();
    expect(stream.readableLength).toBe(10);
    await groups.next();
    await turn();
    expect(stream.readableLength).toBe(6);
    await groups.return(undefined);
  });

  it('throws when the stream breaks off', async () => {
    const stream = aStream();
    stream.write(1);
    const groups = readGroups<number>(stream, 4);
    expect((await groups.next()).value).toEqual([1]);
    const next = groups.next();
    stream.destroy();
    await expect(next).rejects.toThrow('broke off');
  });
});
