import { describe, expect, it } from '@jest/globals';
import type { PhoneNumberList } from '../../src/accounts/accounts.dto.js';
import { bootstrapFile, LUCKY } from '../support/accounts.js';
import { aTextMessage } from '../support/factories.js';
import { askOracle } from '../support/oracle.js';
import { type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';

const numbers = Array.from({ length: 4 }, (_, i) => String(Number(LUCKY.phoneNumberId) + i));
const perNumber = (count: number) =>
  Array.from({ length: count }, () => numbers.map((phone_number_id) => aTextMessage({ phone_number_id }))).flat();

const owners = async (stack: Stack) =>
  (
    await stack.database.db.rows<{ n: number }>(
      'select count(*) as n from lanes where owner is not null group by owner order by n',
    )
  ).map((row) => row.n);
const most = (stack: Stack) => Math.max(...numbers.map((id) => stack.simulator.stats().max_in_any_second[id] ?? 0));
const inState = async (stack: Stack, ...states: string[]) =>
  (await stack.database.db.rows('select from messages where state = any($1)', [states])).length;

describe('two gateways with four numbers', () => {
  it('share the lanes, and move them at once when one is killed, without ever exceeding a number’s limit', async () => {
    const stack = await startStack({
      replicas: 0,
      simulator: { mps: 80, phoneNumbers: 4, scenario: { outcomes: { delivered: 1, read: 0 } } },
    });
    const [survivor, victim] = await Promise.all([stack.addChild(), stack.addChild()]);
    await stack.callBack(survivor.api.url);
    // The numbers that are not the simulator's have a lane, too: five in all.
    await until(async () => (await owners(stack)).join() === '2,3', { withinMs: 15_000, what: 'a fair share' });
    const messages = await survivor.api.sendAll(perNumber(300));
    await until(() => stack.simulator.stats().accepted > 400, { withinMs: 20_000, what: 'the campaign under way' });
    await victim.end('SIGKILL');
    const killedAtMs = performance.now();
    await until(async () => (await owners(stack)).join() === '5', { withinMs: 10_000, what: 'the take-over' });
    expect(performance.now() - killedAtMs).toBeLessThan(5000);

    await until(async () => (await inState(stack, 'queued', 'sending')) === 0, { withinMs: 40_000, what: 'the end' });
    await until(() => stack.simulator.stats().webhooks.pending === 0, { withinMs: 20_000, what: 'all webhooks' });
    await until(async () => (await stack.database.db.rows('select from webhook_queue')).length === 0);

    const stats = stack.simulator.stats();
    const oracle = await askOracle(stack.simulator);
    expect(oracle.duplicates).toEqual([]);
    expect(stats.throttled).toBe(0);
    expect(most(stack)).toBeLessThanOrEqual(80);
    // What the platform accepted is known by its webhooks; what it never saw is held, never lost or sent again.
    for (const m of await survivor.api.allMessages()) {
      const copies = oracle.copies(m.to ?? '');
      expect([m.state, copies]).toEqual(copies === 1 ? ['submitted', 1] : ['unknown', 0]);
    }
    expect(await inState(stack, 'submitted', 'unknown')).toBe(messages.length);
  });

  it('share them also when a second one joins and leaves again in the middle of a campaign', async () => {
    const stack = await startStack({ simulator: { mps: 80, phoneNumbers: 4 } });
    const messages = await stack.api.sendAll(perNumber(350));
    const guest = await stack.addGateway();
    await until(async () => (await owners(stack)).join() === '2,3', { withinMs: 15_000, what: 'a fair share' });
    await guest.stop();
    await until(async () => (await inState(stack, 'submitted')) === messages.length, {
      withinMs: 40_000,
      what: 'the end',
    });
    expect((await askOracle(stack.simulator)).duplicates).toEqual([]);
    expect(stack.simulator.stats().throttled).toBe(0);
    expect(most(stack)).toBeLessThanOrEqual(80);
  });
});

/** The job that reads the numbers of every WABA. */
const JOB = 'poll-throughput';

/** How many calls the first fault of the simulator's has struck or counted. */
async function seen(stack: Stack): Promise<number | undefined> {
  const answer = await fetch(`${stack.simulator.url}/_simulator/calls`);
  return ((await answer.json()) as { calls: { seen: number }[] }).calls[0]?.seen;
}

describe('a number whose level changes', () => {
  const levelOf = async (stack: Stack) => {
    const { body } = await stack.api.get<PhoneNumberList>('/v1/phone_numbers');
    return body.phone_numbers.find((n) => n.phone_number_id === LUCKY.phoneNumberId)?.throughput_mps;
  };

  it('goes faster when the poll finds the upgrade, and keeps to the lower level until then', async () => {
    const stack = await startStack({ simulator: { mps: 80 }, settings: { THROUGHPUT_POLL_MS: '1000' } });
    await stack.api.sendAll(Array.from({ length: 120 }, () => aTextMessage()));
    await until(async () => (await inState(stack, 'submitted')) === 120);
    expect(most(stack)).toBeLessThanOrEqual(80);
    await stack.control(`phone_numbers/${LUCKY.phoneNumberId}`, { mps: 1000, silent: true });
    await until(async () => (await levelOf(stack)) === 1000, { withinMs: 15_000, what: 'the higher level' });
    await until(
      async () => {
        await stack.api.sendAll(Array.from({ length: 300 }, () => aTextMessage()));
        return most(stack) > 100;
      },
      { withinMs: 20_000, what: 'a second with more than 100 messages' },
    );
    expect(stack.simulator.stats().throttled).toBe(0);
  });

  it('goes faster as soon as the webhook tells of the upgrade, long before the next poll', async () => {
    const stack = await startStack({ simulator: { mps: 80 }, settings: { THROUGHPUT_POLL_MS: '3600000' } });
    await until(async () => (await levelOf(stack)) === 80, { withinMs: 15_000, what: 'the first reading' });
    await stack.control(`phone_numbers/${LUCKY.phoneNumberId}`, { mps: 1000 });
    await until(async () => (await levelOf(stack)) === 1000, { withinMs: 30_000, what: 'the higher level' });
    await until(async () => /heliograph_lanes\{level="1000"\} 1/.test((await stack.api.get<string>('/metrics')).body), {
      withinMs: 15_000,
      what: 'the lane at the higher level',
    });
  });

  /** Tells of an upgrade by webhook and waits for it to be shown. */
  async function upgradeAndFollow(stack: Stack): Promise<void> {
    const toldAtMs = performance.now();
    await stack.control(`phone_numbers/${LUCKY.phoneNumberId}`, { mps: 1000 });
    await until(async () => (await levelOf(stack)) === 1000, { what: 'the higher level' });
    // A second as promised, and one for a webhook on its way through a busy machine.
    expect(performance.now() - toldAtMs).toBeLessThan(2000);
  }

  it('follows the webhook within a second, though the gateway waits for the answer of a poll', async () => {
    const settings = { THROUGHPUT_POLL_MS: '1000', LEASE_MS: '15000', GRAPH_TIMEOUT_MS: '10000' };
    const stack = await startStack({ simulator: { mps: 80 }, settings });
    await until(async () => (await levelOf(stack)) === 80, { what: 'the first reading' });
    await stack.control('calls', { calls: [{ path: `${LUCKY.wabaId}/phone_numbers`, nth: 1, delay_ms: 8000 }] });
    await until(async () => (await seen(stack)) === 1, { what: 'the slow poll' });
    await upgradeAndFollow(stack);
  });

  it('follows the webhook within a second, though another gateway’s poll is under way, and keeps to it when that is answered', async () => {
    const stack = await startStack({
      simulator: { mps: 80 },
      settings: { THROUGHPUT_POLL_MS: '3600000', LEASE_MS: '15000', GRAPH_TIMEOUT_MS: '10000' },
      bootstrap: bootstrapFile({ numbersOfLucky: [LUCKY.phoneNumberId] }),
    });
    await until(async () => (await levelOf(stack)) === 80, { what: 'the first reading' });
    const isEnded = async () =>
      (await stack.database.db.rows('select from scheduled_jobs where name = $1 and running_until is null', [JOB]))
        .length === 1;
    await until(isEnded, { what: 'the end of the first poll' });
    // A poll by a second gateway, whose answer is made now and comes three seconds later.
    await stack.control('calls', { calls: [{ path: `${LUCKY.wabaId}/phone_numbers`, nth: 1, delay_ms: 3000 }] });
    await stack.database.db.run(`update scheduled_jobs set last_run_at = '-infinity' where name = $1`, [JOB]);
    const other = await stack.addGateway();
    await until(async () => (await seen(stack)) === 1, { what: 'the slow poll' });

    await upgradeAndFollow(stack);
    expect(await isEnded()).toBe(false);

    await until(isEnded, { what: 'the late answer' });
    const { body } = await other.api.get<PhoneNumberList>('/v1/phone_numbers');
    expect(body.phone_numbers.map((n) => n.throughput_mps)).toEqual([1000]);
    expect(await levelOf(stack)).toBe(1000);
  });

  it('slows down when it is shared with the Business app', async () => {
    const stack = await startStack({ simulator: { mps: 80 }, settings: { THROUGHPUT_POLL_MS: '1000' } });
    await stack.control(`phone_numbers/${LUCKY.phoneNumberId}`, { mps: 20, silent: true });
    await until(async () => (await levelOf(stack)) === 20, { withinMs: 15_000, what: 'the lower level' });
    // The limiters follow the level that is shown within the refresh of the accounts.
    await until(async () => /heliograph_lanes\{level="20"\} 1/.test((await stack.api.get<string>('/metrics')).body), {
      withinMs: 15_000,
    });
    await stack.api.sendAll(Array.from({ length: 60 }, () => aTextMessage()));
    await until(async () => (await inState(stack, 'submitted')) === 60, { withinMs: 20_000 });
    expect(stack.simulator.stats().throttled).toBe(0);
    expect(most(stack)).toBeLessThanOrEqual(20);
  });
});
