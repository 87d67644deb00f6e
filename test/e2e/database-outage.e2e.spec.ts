import { credentials, makeGenericClientConstructor } from '@grpc/grpc-js';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { service } from 'grpc-health-check';
import { freshDatabase } from '../support/database.js';
import { aTextMessage } from '../support/factories.js';
import { askOracle } from '../support/oracle.js';
import { type Stack, startStack } from '../support/stack.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';
import { aStatus, messagesWebhook, postWebhook } from '../support/webhooks.js';

let stack: Stack;
let proxy: TcpProxy;

beforeAll(async () => {
  const database = await freshDatabase();
  proxy = await TcpProxy.before(database.url);
  stack = await startStack({
    database,
    databaseUrl: proxy.insteadOf(database.url),
    simulator: { mps: 1000, scenario: { outcomes: { delivered: 1, read: 0 } } },
  });
});

// A test that failed during its outage must not leave it to the next one.
afterEach(() => proxy.resume());

const post = async () => {
  const startedAtMs = performance.now();
  const answer = await postWebhook(
    stack.api,
    messagesWebhook({ statuses: [aStatus({ id: 'wamid.none', status: 'sent' })] }),
  );
  return { status: answer.status, ms: performance.now() - startedAtMs };
};
/** What the gateway's gRPC says of its health. */
async function health(): Promise<string> {
  const Health = makeGenericClientConstructor(service, 'Health');
  const client = new Health(`127.0.0.1:${stack.gateways[0]?.grpcPort}`, credentials.createInsecure());
  try {
    return await new Promise((resolve, reject) => {
      const hear = (error: Error | null, answer: { status: string }) =>
        error ? reject(error) : resolve(answer.status);
      (client.check as (request: object, hear: unknown) => void)({ service: '' }, hear);
    });
  } finally {
    client.close();
  }
}
const inboxed = async () => (await stack.database.db.rows('select from webhook_inbox')).length;

describe.each<['refuse' | 'blackhole', string]>([
  ['refuse', 'refuses connections'],
  ['blackhole', 'says nothing any more'],
])('a database that %s: %s', (outage) => {
  it('makes webhooks answer 503 within a second and never 200, and recovers within ten seconds', async () => {
    expect((await post()).status).toBe(200);
    const before = await inboxed();
    await proxy[outage]();
    const answers = await Promise.all(Array.from({ length: 30 }, post));
    await proxy.resume();
    expect(answers.filter((a) => a.status !== 503)).toEqual([]);
    expect(Math.max(...answers.map((a) => a.ms))).toBeLessThan(1000);
    const backAtMs = performance.now();
    await until(async () => (await post()).status === 200, { withinMs: 10_000, what: 'a stored webhook' });
    expect(performance.now() - backAtMs).toBeLessThan(10_000);
    // What was answered 503 may have been committed before its answer was lost, but nothing was answered 200 and lost.
    expect(await inboxed()).toBeGreaterThan(before);
  });

  it('makes the service unready but alive, and messages answer 503 instead of being half accepted', async () => {
    await proxy[outage]();
    const ready = stack.api.get('/health/ready', { key: null });
    const live = stack.api.get('/health/live', { key: null });
    expect([(await ready).status, (await live).status]).toEqual([503, 200]);
    const message = aTextMessage();
    const answer = await stack.api.call('POST', '/v1/messages', { body: message });
    expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable', retryable: true } });
    expect(answer.headers['retry-after']).toBe('1');
    await proxy.resume();
    await until(async () => (await stack.api.get('/health/ready', { key: null })).status === 200);
  });

  it('makes the health of gRPC NOT_SERVING, and SERVING when it is back', async () => {
    await until(async () => (await health()) === 'SERVING');
    await proxy[outage]();
    await until(async () => (await health()) === 'NOT_SERVING', { withinMs: 10_000, what: 'NOT_SERVING' });
    await proxy.resume();
    await until(async () => (await health()) === 'SERVING', { withinMs: 10_000, what: 'SERVING' });
  });

  it('loses nothing and doubles nothing of what was being sent', async () => {
    const messages = await stack.api.sendAll(Array.from({ length: 300 }, () => aTextMessage()));
    await until(() => stack.simulator.stats().accepted > 50, { everyMs: 5, what: 'the first sends' });
    await proxy[outage]();
    // Long enough for what is on the wire to come back and find no database.
    await until(() => stack.simulator.stats().sends > 0 && post().then((a) => a.status === 503));
    await proxy.resume();
    for (const { id } of messages) {
      await stack.api.untilMessage(id, (m) => m.state === 'submitted' && m.status === 'delivered', {
        withinMs: 30_000,
        everyMs: 100,
      });
    }
    expect((await askOracle(stack.simulator)).duplicates).toEqual([]);
  });
});

describe('a gateway process whose database goes away under load', () => {
  it.each<'refuse' | 'blackhole'>(['refuse', 'blackhole'])('lives on and finishes its work: %s', async (outage) => {
    const database = await freshDatabase();
    const between = await TcpProxy.before(database.url);
    const own = await startStack({
      replicas: 0,
      database,
      databaseUrl: between.insteadOf(database.url),
      simulator: { scenario: { outcomes: { delivered: 1, read: 0 } } },
    });
    const child = await own.addChild();
    await own.callBack(child.api.url);
    const messages = await child.api.sendAll(Array.from({ length: 250 }, () => aTextMessage()));
    await until(() => own.simulator.stats().accepted > 50, { what: 'the first sends' });
    await between[outage]();
    await until(() => child.lines.some((line) => /"level":"(error|warn)".*(terminated|ECONN|timeout)/.test(line)), {
      withinMs: 20_000,
      what: 'a word about it in the log',
    });
    await between.resume();
    const isAlive = async () => (await child.api.get('/health/live', { key: null })).status === 200;
    expect(await isAlive()).toBe(true);
    const { db } = database;
    await until(
      async () => (await db.rows(`select from messages where status = 'delivered'`)).length === messages.length,
      { withinMs: 40_000, what: 'the delivery of all' },
    );
    expect(await isAlive()).toBe(true);
    expect((await askOracle(own.simulator)).duplicates).toEqual([]);
  });
});
