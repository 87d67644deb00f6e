import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GraphClient } from '../../src/meta/graph-client.js';
import { loadConfig } from '../../src/platform/config/load-config.js';

const ANSWER_AFTER_MS = 80;

describe('a send that is watched', () => {
  const received: number[] = [];
  let server: Server;
  let graph: GraphClient;
  let url: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      received.push(performance.now());
      request.resume();
      setTimeout(() => response.end('{"messages":[{"id":"wamid.1"}]}'), ANSWER_AFTER_MS);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    graph = new GraphClient(loadConfig({ NODE_ENV: 'test', GRAPH_BASE_URL: url }));
  });
  afterAll(async () => {
    await graph.onApplicationShutdown();
    server.close();
  });

  it('is told of after its connection was made, before it arrives, and again when its answer comes', async () => {
    const times: Record<string, number> = {};
    const result = await graph.sendMessage('1', 'token', '{}', {
      mayWrite: () => {
        times.written = performance.now();
        return true;
      },
      answered: () => {
        times.answered = performance.now();
      },
    });
    expect(result).toMatchObject({ kind: 'answer', httpStatus: 200 });
    const [arrived = 0] = received;
    expect(times.written).toBeLessThanOrEqual(arrived);
    expect(times.answered).toBeGreaterThanOrEqual(arrived + ANSWER_AFTER_MS - 2);
  });

  it('is told whether it is the first on its connection', async () => {
    const told: boolean[] = [];
    const watch = {
      mayWrite: (isFirst: boolean) => told.push(isFirst) > 0,
      answered: () => undefined,
    };
    const other = new GraphClient(loadConfig({ NODE_ENV: 'test', GRAPH_BASE_URL: url }));
    const send = () => other.sendMessage('1', 'token', '{}', watch);
    await send();
    // undici knows that a connection is free a turn after its answer has ended.
    await delay(50);
    // Of two at once, one takes the free connection, and the other needs a new one.
    await Promise.all([send(), send()]);
    await delay(50);
    await Promise.all([send(), send()]);
    expect([told[0], told.slice(1, 3).toSorted(), told.slice(3)]).toEqual([true, [false, true], [false, false]]);
    await other.onApplicationShutdown();
  });

  it('is not written when it is called off at the last moment, and counts as never sent', async () => {
    const before = received.length;
    const answered: string[] = [];
    const result = await graph.sendMessage('1', 'token', '{}', {
      mayWrite: () => false,
      answered: () => answered.push('answered'),
    });
    expect(result).toEqual({ kind: 'failure', code: 'LEASE_LOST' });
    // A request that was written all the same would have been answered by now.
    await delay(ANSWER_AFTER_MS * 2);
    expect([received.length - before, answered]).toEqual([0, []]);
  });
});
