import { afterEach, describe, expect, it } from '@jest/globals';
import { startTestSimulator, stopAll, text } from '../testing/started-simulator.js';

afterEach(stopAll);

const PHONE = '/v25.0/106540352242922';
const started = async (calls: object[]) => (await startTestSimulator({ scenario: { calls } })).simulator;

describe('a call fault', () => {
  it('strikes the nth call of a method and path, and no other', async () => {
    const simulator = await started([{ method: 'GET', path: '106540352242922', nth: 2, status: 503, code: 2 }]);
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await simulator.call('GET', PHONE)).status);
    statuses.push((await simulator.call('GET', '/v25.0/102290129340398/phone_numbers')).status);
    expect(statuses).toEqual([200, 503, 200, 200]);
    expect(await simulator.get('/_simulator/calls')).toMatchObject({ calls: [{ nth: 2, seen: 3 }] });
  });

  it('resets the connection before or after the call was carried out, which the ledger tells', async () => {
    const simulator = await started([
      { path: '*/messages', nth: 1, reset: 'before' },
      { path: '*/messages', nth: 2, reset: 'after' },
      { path: '*/messages', nth: 3, answer: 'truncated' },
      { path: '*/messages', nth: 4, status: 500, carried_out: true, delay_ms: 1 },
    ]);
    for (const to of ['+15550001', '+15550002', '+15550003']) await expect(simulator.send(text(to))).rejects.toThrow();
    await simulator.send(text('+15550004')).catch(() => undefined);
    const lines = await simulator.ledger();
    expect(lines.map(({ to }) => to)).toEqual(['+15550002', '+15550003', '+15550004']);
    expect(lines.every(({ wamid }) => wamid !== undefined)).toBe(true);
  });

  it('can be set while it runs, and every mistake is named', async () => {
    const simulator = await started([]);
    await simulator.post('/_simulator/calls', { calls: [{ code: 4 }] });
    expect((await simulator.call('GET', PHONE)).body.error.code).toBe(4);
    const bad = await simulator.call('POST', '/_simulator/calls', { calls: [{ method: 'PUT', nth: 0 }, {}] });
    expect(bad.body.problems).toHaveLength(4);
    await simulator.post('/_simulator/calls', { calls: [] });
    expect((await simulator.call('GET', PHONE)).status).toBe(200);
  });
});
