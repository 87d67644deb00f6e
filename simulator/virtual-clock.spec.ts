import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { SimulatorOptions } from './options.js';
import { startTestSimulator, stopAll, text } from './testing/started-simulator.js';

afterEach(stopAll);

const virtual = (options: SimulatorOptions = {}) => startTestSimulator({ clock: 'virtual', timeScale: 1, ...options });

describe('a virtual clock', () => {
  it('stands still until it is moved, and then runs everything that is due, in order', async () => {
    const { simulator, callback } = await virtual();
    await simulator.send(text('+15550001', 'm1'));
    expect(callback.statuses).toEqual([]);
    const before = await simulator.get('/_simulator/clock');
    expect(before).toMatchObject({ mode: 'virtual', now: '2026-01-01T00:00:00.000Z', pending_timers: 2 });
    const after = await simulator.post('/_simulator/clock', { advance_ms: 60_000 });
    expect(after).toMatchObject({ now: '2026-01-01T00:01:00.000Z', pending_timers: 0, next_due_ms: null });
    expect(callback.statuses.map(({ status }) => status)).toEqual(['sent', 'delivered']);
    const [sent, delivered] = callback.statuses.map(({ timestamp }) => Number(timestamp));
    expect(sent).toBe(Date.UTC(2026, 0, 1) / 1000);
    expect(delivered).toBeLessThan((sent as number) + 10);
  });

  it('lets a full second pass in no time', async () => {
    const { simulator } = await virtual({ mps: 2 });
    const codes: number[] = [];
    for (let i = 0; i < 3; i++) codes.push((await simulator.send(text(`+1555000${i}`))).status);
    await simulator.post('/_simulator/clock', { advance_ms: 1000 });
    codes.push((await simulator.send(text('+15550009'))).status);
    expect(codes).toEqual([200, 200, 400, 200]);
  });

  it('refuses to go back, and says so', async () => {
    const { simulator } = await virtual();
    await simulator.post('/_simulator/clock', { set: '2026-02-01T00:00:00Z' });
    const answer = await simulator.call('POST', '/_simulator/clock', { set: '2026-01-15T00:00:00Z' });
    expect(answer).toMatchObject({ status: 400, body: { problems: [expect.stringMatching(/^set: .*not past/)] } });
    expect((await simulator.call('POST', '/_simulator/clock', {})).body.problems[0]).toMatch(
      /either advance_ms or set/,
    );
  });

  it('goes forward also where time runs by itself', async () => {
    const { simulator, callback } = await startTestSimulator({ timeScale: 1 });
    await simulator.send(text('+15550001'));
    await simulator.post('/_simulator/clock', { advance_ms: 86_400_000 });
    expect(callback.statuses.map(({ status }) => status)).toEqual(['sent', 'delivered']);
    const { mode, now_ms } = await simulator.get('/_simulator/clock');
    expect(mode).toBe('real');
    expect(now_ms).toBeGreaterThan(Date.now() + 86_000_000);
  });
});

describe('the same seed and scenario', () => {
  const scenario = { faults: { preset: 'nasty', server_error: 0.1 }, outcomes: { failed: 0.2 } };

  async function ledgerOf(seed: number): Promise<{ ledger: string; statuses: unknown[] }> {
    const { simulator, callback } = await virtual({ seed, scenario, mps: 5 });
    callback.answers = [500, 200, 500];
    for (let i = 0; i < 120; i++) {
      await simulator.send(text(`+1555${1000 + i}`, `m${i}`)).catch(() => undefined);
      if (i % 4 === 3) await simulator.post('/_simulator/clock', { advance_ms: 700 });
    }
    await simulator.post('/_simulator/clock', { advance_ms: 86_400_000 });
    const statuses = callback.statuses.map(({ id, status, timestamp }) => `${id} ${status} ${timestamp}`).sort();
    return { ledger: readFileSync(simulator.ledgerFile, 'utf8'), statuses };
  }

  it('give the same ledger twice, byte for byte, and the same statuses', async () => {
    const first = await ledgerOf(7);
    expect(first.ledger.split('\n').filter((line) => line.includes('"fault"')).length).toBeGreaterThan(10);
    expect(await ledgerOf(7)).toEqual(first);
    expect((await ledgerOf(8)).ledger).not.toBe(first.ledger);
  });
});

describe('a snapshot', () => {
  it('brings everything back: clock, ledger, pending statuses, throughput and chance', async () => {
    const { simulator, callback } = await virtual({ mps: 3, faults: 'nasty' });
    for (const to of ['+15550001', '+15550002']) await simulator.send(text(to)).catch(() => undefined);
    await simulator.post('/_simulator/snapshots/before', {});
    const play = async () => {
      const answers = [];
      for (let i = 3; i < 6; i++) {
        answers.push(
          await simulator.send(text(`+1555000${i}`)).then(
            ({ status }) => status,
            () => 'lost',
          ),
        );
      }
      await simulator.post('/_simulator/clock', { advance_ms: 3_600_000 });
      const { now_ms } = await simulator.get('/_simulator/clock');
      const statuses = callback.statuses
        .splice(0)
        .map(({ id, status }) => `${id} ${status}`)
        .sort();
      callback.changes.length = 0;
      return { answers, now_ms, statuses, ledger: readFileSync(simulator.ledgerFile, 'utf8') };
    };
    const first = await play();
    expect(first.statuses.length).toBeGreaterThan(2);
    await simulator.post('/_simulator/snapshots/before/restore', {});
    expect(await play()).toEqual(first);
  });

  it('can be carried into another process', async () => {
    const { simulator } = await virtual();
    await simulator.send(text('+15550001', 'm1'));
    await simulator.post('/_simulator/snapshots/one', {});
    const bytes = await simulator.bytes('/_simulator/snapshots/one');
    const { simulator: other, callback } = await virtual();
    await other.putBytes('/_simulator/snapshots/theirs', bytes);
    await other.post('/_simulator/snapshots/theirs/restore', {});
    await other.post('/_simulator/clock', { advance_ms: 60_000 });
    expect(callback.statuses.map((status) => status.biz_opaque_callback_data)).toEqual(['m1', 'm1']);
    expect(await other.call('POST', '/_simulator/snapshots/nobody/restore')).toMatchObject({ status: 404 });
    await other.putBytes('/_simulator/snapshots/junk', Buffer.from('junk'));
    expect(await other.call('POST', '/_simulator/snapshots/junk/restore')).toMatchObject({ status: 400 });
  });
});
