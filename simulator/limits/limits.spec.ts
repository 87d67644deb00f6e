import { afterEach, describe, expect, it } from '@jest/globals';
import { DEFAULTS } from '../assets/platform-state.js';
import { templateOf } from '../testing/messages.js';
import { startTestSimulator, stopAll, text } from '../testing/started-simulator.js';

afterEach(stopAll);

const PHONE = DEFAULTS.phoneNumberId;
const HOUR_MS = 3_600_000;
type Started = Awaited<ReturnType<typeof virtual>>;

const virtual = async (limits: unknown, more: Record<string, unknown> = {}) => {
  const scenario = { limits, outcomes: { delivered: 1, read: 0 }, ...more };
  return startTestSimulator({ clock: 'virtual', timeScale: 1, mps: 1000, scenario });
};
const advance = ({ simulator }: Started, ms: number) => simulator.post('/_simulator/clock', { advance_ms: ms });
const codeOf = async (answer: Promise<{ body: { error?: { code: number } } }>) =>
  (await answer).body.error?.code ?? 200;
const send = ({ simulator }: Started, to: string) => codeOf(simulator.send(text(to)));
const look = ({ simulator }: Started) => simulator.call('GET', `/v25.0/${PHONE}`);

async function sendMany(started: Started, count: number, to: (i: number) => string): Promise<number[]> {
  const codes: number[] = [];
  for (let i = 0; i < count; i++) codes.push(await send(started, to(i)));
  return codes;
}

describe('the pair limit', () => {
  it('refuses the 46th message to one person with 131056 and everybody else nothing', async () => {
    const started = await virtual({});
    expect(await sendMany(started, 46, () => '+16505551234')).toEqual([...Array(45).fill(200), 131056]);
    expect(await send(started, '+16505551235')).toBe(200);
    await advance(started, 6000);
    expect(await sendMany(started, 2, () => '+16505551234')).toEqual([200, 131056]);
  });

  it('can be switched off, and on again while the platform runs', async () => {
    const started = await virtual({ pair: 'off' });
    expect(await sendMany(started, 46, () => '+16505551234')).toEqual(Array(46).fill(200));
    await started.simulator.post('/_simulator/limits', { pair: 'settle_first' });
    expect(await send(started, '+16505551234')).toBe(131056);
    expect(await started.simulator.get('/_simulator/limits')).toMatchObject({ pair: 'settle_first' });
  });
});

describe('the hourly budgets', () => {
  it('refuse the call that is over, tell how they stand, and let in again at the minute they said', async () => {
    const started = await virtual({ management_calls_per_hour: 4 });
    await look(started);
    await advance(started, 600_000);
    for (let i = 0; i < 2; i++) await look(started);
    const last = await look(started);
    const usage = JSON.parse(last.headers['x-business-use-case-usage'] as string)[DEFAULTS.wabaId];
    expect(usage[0]).toMatchObject({
      type: 'whatsapp_business_management',
      call_count: 100,
      estimated_time_to_regain_access: 50,
    });
    expect(usage[1]).toMatchObject({ type: 'whatsapp', call_count: 0, estimated_time_to_regain_access: 0 });
    expect(await codeOf(look(started))).toBe(80007);
    expect(await send(started, '+16505551234')).toBe(200);
    await advance(started, 50 * 60_000);
    expect([await codeOf(look(started)), await codeOf(look(started))]).toEqual([200, 80007]);
  });

  it('hold for sends and for the app as well, each with its code', async () => {
    const started = await virtual({ messaging_calls_per_hour: 2, app_calls_per_hour: 1, management_code: 80008 });
    expect(await sendMany(started, 3, (i) => `+1650555000${i}`)).toEqual([200, 200, 80007]);
    expect([await codeOf(look(started)), await codeOf(look(started))]).toEqual([200, 4]);
  });

  it('are as wide as Meta says when nothing is said', async () => {
    const started = await virtual(undefined);
    expect(await started.simulator.get('/_simulator/limits')).toMatchObject({
      management_calls_per_hour: 5000,
      messaging_calls_per_hour: 11_880_000,
      pair: 'continuous',
      marketing_per_user: 'off',
      messaging_limit: 'TIER_UNLIMITED',
    });
  });
});

describe('the messaging limit', () => {
  const user = (i: number) => `+1650${String(5_550_000 + i)}`;

  it('counts different people reached in a moving day and lets known ones pass', async () => {
    const started = await virtual({ messaging_limit: 'TIER_250', messaging_limit_code: 131048 });
    expect(await sendMany(started, 250, user)).toEqual(Array(250).fill(200));
    expect([await send(started, user(0)), await send(started, user(250))]).toEqual([200, 131048]);
    await advance(started, 23 * HOUR_MS);
    expect(await send(started, user(250))).toBe(131048);
    await advance(started, HOUR_MS + 60_000);
    expect(await send(started, user(250))).toBe(200);
  });

  it('does not count people who wrote, nor messages that were not delivered', async () => {
    const failed = Object.fromEntries(
      Array.from({ length: 300 }, (_, i) => [user(i), { outcome: 'failed', code: 131026 }]),
    );
    const started = await virtual({ messaging_limit: 'TIER_250' }, { recipients: failed });
    expect(await sendMany(started, 300, user)).toEqual(Array(300).fill(200));
    await started.simulator.post('/_simulator/inbound', { from: '+16505559999', text: 'hi' });
    expect(await send(started, '+16505559999')).toBe(200);
    expect(await started.simulator.get('/_simulator/limits')).toMatchObject({ messaging_limit_used: 0 });
  });

  it('rises six hours after half of it was used, and tells so', async () => {
    const started = await virtual({ messaging_limit: 'TIER_250', messaging_limit_rises: true });
    await sendMany(started, 125, user);
    await advance(started, 6 * HOUR_MS - 1);
    expect(await started.simulator.get('/_simulator/limits')).toMatchObject({ messaging_limit: 'TIER_250' });
    await advance(started, 1);
    expect(await started.simulator.get('/_simulator/limits')).toMatchObject({ messaging_limit: 'TIER_2K' });
    const told = started.callback.changes.find(({ field }) => field === 'business_capability_update');
    expect(told?.value).toMatchObject({ max_daily_conversations_per_business: 2000 });
  });
});

describe('marketing to one person', () => {
  it('fails with 131049 beyond the cap, and is delivered again after the window', async () => {
    const started = await virtual({ marketing_per_user: { messages: 2, hours: 24 } });
    for (let i = 0; i < 3; i++) expect(await codeOf(started.simulator.send(templateOf()))).toBe(200);
    await advance(started, 60_000);
    const ends = () =>
      started.callback.statuses
        .filter(({ status }) => status !== 'sent')
        .map((status) => status.errors?.[0]?.code ?? status.status);
    expect(ends().sort()).toEqual([131049, 'delivered', 'delivered']);
    await advance(started, 24 * HOUR_MS);
    await started.simulator.send(templateOf());
    await advance(started, 60_000);
    expect(ends().filter((end) => end === 'delivered')).toHaveLength(3);
  });
});

describe('a number', () => {
  it('that is upgraded answers 131057 for the minute and then announces its new throughput', async () => {
    const started = await virtual({});
    await started.simulator.post(`/_simulator/phone_numbers/${PHONE}`, { mps: 80, silent: true });
    await started.simulator.post(`/_simulator/phone_numbers/${PHONE}/upgrade`, { maintenance_ms: 60_000 });
    expect(await send(started, '+16505551234')).toBe(131057);
    await advance(started, 59_999);
    expect([await send(started, '+16505551234'), started.callback.changes.length]).toEqual([131057, 0]);
    await advance(started, 1);
    expect(await send(started, '+16505551234')).toBe(200);
    expect(started.callback.changes[0]).toMatchObject({
      field: 'phone_number_quality_update',
      value: { event: 'THROUGHPUT_UPGRADE' },
    });
    expect((await look(started)).status).toBe(200);
  });

  it('is upgraded by itself once enough people were reached without a limit', async () => {
    const started = await virtual({ throughput_rises_at: 3 }, { phone_numbers: [{ id: PHONE, mps: 80 }] });
    expect(await sendMany(started, 4, (i) => `+165055500${10 + i}`)).toEqual([200, 200, 200, 131057]);
    await advance(started, 60_000);
    expect(started.callback.changes.filter(({ field }) => field === 'phone_number_quality_update')).toHaveLength(1);
    expect(await send(started, '+16505550099')).toBe(200);
  });

  it('shared with the WhatsApp Business app stays at 20 a second and is never upgraded', async () => {
    const started = await virtual({}, { phone_numbers: [{ id: PHONE, mps: 1000, is_on_biz_app: true }] });
    const codes = await sendMany(started, 21, (i) => `+165055500${10 + i}`);
    expect(codes).toEqual([...Array(20).fill(200), 130429]);
    const answer = await started.simulator.call('POST', `/_simulator/phone_numbers/${PHONE}/upgrade`, {});
    expect(answer).toMatchObject({ status: 400, body: { problems: [expect.stringMatching(/never upgraded/)] } });
  });

  it('for tests writes to the people on its list only', async () => {
    const started = await virtual({ test_numbers: { [PHONE]: ['+1 650 555 1234'] } });
    expect([await send(started, '+16505551234'), await send(started, '+16505551235')]).toEqual([200, 131030]);
  });
});

it('names every mistake in limits at once', async () => {
  const wrong = {
    pair: 'maybe',
    messaging_limit: 'TIER_7',
    marketing_per_user: {},
    speed: 1,
    test_numbers: { '1': [1, 2, 3, 4, 5, 6] },
  };
  await expect(virtual(wrong)).rejects.toMatchObject({
    problems: [
      expect.stringMatching(/limits\.speed: is not known/),
      expect.stringMatching(/limits\.pair: must be one of continuous, settle_first, off/),
      expect.stringMatching(/limits\.messaging_limit: must be one of/),
      expect.stringMatching(/limits\.marketing_per_user\.messages: is required/),
      expect.stringMatching(/limits\.test_numbers\.1: .*at most 5/),
    ],
  });
});
