import { afterEach, describe, expect, it } from '@jest/globals';
import { DEFAULTS } from '../assets/platform-state.js';
import { startTestSimulator, stopAll } from '../testing/started-simulator.js';

const WABA = `/v25.0/${DEFAULTS.wabaId}`;
const START_S = Date.UTC(2026, 0, 1) / 1000;
const DAY_S = 86_400;

afterEach(stopAll);

const aTemplate = (name: string, category: string) => ({ name, category, language: 'en_US' });
const message = (to: string, rest: object) => ({ messaging_product: 'whatsapp', to, ...rest });
const ofTemplate = (name: string) => ({ type: 'template', template: { name, language: { code: 'en_US' } } });
const text = { type: 'text', text: { body: 'hi' } };

/** One day of traffic: 2 marketing to the US, 1 to Brazil, 1 utility and 2 texts to the US, of which the last ones are free. */
async function start(outcomes: object = { read: 1 }) {
  const templates = [aTemplate('promo', 'MARKETING'), aTemplate('order', 'UTILITY')];
  const { simulator } = await startTestSimulator({
    clock: 'virtual',
    timeScale: 1,
    scenario: { templates, outcomes },
  });
  const { data } = await simulator.get(`${WABA}/message_templates?fields=name,id`);
  const idOf = (name: string): string => data.find((template: { name: string }) => template.name === name).id;
  await simulator.send(message('+16505551001', ofTemplate('promo')));
  await simulator.send(message('+16505551002', ofTemplate('promo')));
  await simulator.send(message('+5511987654321', ofTemplate('promo')));
  await simulator.send(message('+16505551001', ofTemplate('order')));
  await simulator.send(message('+16505551003', text));
  await simulator.post('/_simulator/inbound', { from: '+16505551004', text: 'hello' });
  await simulator.send(message('+16505551004', ofTemplate('order')));
  await simulator.post('/_simulator/clock', { advance_ms: 3_600_000 });
  const field = (expansion: string) => simulator.call('GET', `${WABA}?fields=${encodeURIComponent(expansion)}`);
  const range = `start(${START_S}).end(${START_S + DAY_S})`;
  return { simulator, idOf, field, range };
}

describe('analytics', () => {
  it('count what was sent and delivered', async () => {
    const { field, range } = await start();
    expect((await field(`analytics.${range}.granularity(DAY).phone_numbers([]).country_codes([])`)).body).toEqual({
      analytics: {
        phone_numbers: [DEFAULTS.phoneDigits],
        country_codes: ['BR', 'US'],
        granularity: 'DAY',
        data_points: [{ start: START_S, end: START_S + DAY_S, sent: 6, delivered: 6 }],
      },
      id: DEFAULTS.wabaId,
    });
    const { analytics } = (await field(`analytics.${range}.granularity(HALF_HOUR).country_codes(["BR"])`)).body;
    expect(analytics.data_points).toEqual([{ start: START_S, end: START_S + 1800, sent: 1, delivered: 1 }]);
  });

  it('count and price a message that was read without delivered, or read before it, once', async () => {
    for (const skip_delivered of [0, 1]) {
      const { simulator, field, range } = await start({ read: 1, skip_delivered });
      const { analytics } = (await field(`analytics.${range}.granularity(DAY)`)).body;
      expect(analytics.data_points).toMatchObject([{ sent: 6, delivered: 6 }]);
      await simulator.post('/_simulator/reset');
      await simulator.post('/_simulator/faults', { webhooks: { reordered: 1 }, outcomes: { read: 1, skip_delivered } });
      await simulator.send(message('+16505551001', ofTemplate('promo')));
      await simulator.post('/_simulator/clock', { advance_ms: 3_600_000 });
      const pricing = await field(`pricing_analytics.${range}.granularity(DAILY).dimensions(PRICING_CATEGORY)`);
      const [{ data_points }] = pricing.body.pricing_analytics.data;
      expect(data_points).toMatchObject([{ volume: 1, cost: 0.025 }]);
    }
  });

  it('price templates by category and country, and nothing else', async () => {
    const { field, range } = await start();
    const { body } = await field(
      `pricing_analytics.${range}.granularity(DAILY).dimensions(PRICING_CATEGORY,PRICING_TYPE,COUNTRY,TIER)`,
    );
    const [{ data_points }] = body.pricing_analytics.data;
    const day = { start: START_S, end: START_S + DAY_S };
    const paid = { pricing_type: 'REGULAR', tier: '0:MAX' };
    expect(data_points).toHaveLength(5);
    expect(data_points).toContainEqual({
      ...day,
      ...paid,
      pricing_category: 'MARKETING',
      country: 'US',
      volume: 2,
      cost: 0.05,
    });
    expect(data_points).toContainEqual({
      ...day,
      ...paid,
      pricing_category: 'MARKETING',
      country: 'BR',
      volume: 1,
      cost: 0.0625,
    });
    expect(data_points).toContainEqual({
      ...day,
      ...paid,
      pricing_category: 'UTILITY',
      country: 'US',
      volume: 1,
      cost: 0.004,
    });
    // Inside the window utility is free, as is whatever is no template.
    const free = { pricing_type: 'FREE_CUSTOMER_SERVICE', country: 'US', volume: 1, cost: 0 };
    expect(data_points).toContainEqual({ ...day, ...free, pricing_category: 'UTILITY' });
    expect(data_points).toContainEqual({ ...day, ...free, pricing_category: 'SERVICE' });
  });

  it('sum over what is no dimension, and show the metrics asked for', async () => {
    const { field, range } = await start();
    const { body } = await field(`pricing_analytics.${range}.granularity(MONTHLY).metric_types(VOLUME)`);
    const end = Date.UTC(2026, 1, 1) / 1000;
    expect(body.pricing_analytics.data).toEqual([{ data_points: [{ start: START_S, end, volume: 6 }] }]);
    const talks = (
      await field(`conversation_analytics.${range}.granularity(DAILY).dimensions(["CONVERSATION_CATEGORY"])`)
    ).body;
    expect(talks.conversation_analytics.data[0].data_points).toContainEqual(
      expect.objectContaining({ conversation: 3, conversation_category: 'MARKETING' }),
    );
  });

  it.each([
    ['analytics.granularity(DAY)', 'start'],
    ['analytics.start(2).end(1).granularity(DAY)', 'end'],
    [`analytics.start(${START_S}).end(${START_S + 1}).granularity(YEAR)`, 'granularity'],
    [`analytics.start(${START_S}).end(${START_S + 1}).granularity(DAY).colour(red)`, 'colour'],
    [`analytics.start(${START_S - 370 * DAY_S}).end(${START_S}).granularity(DAY)`, 'start'],
    [`pricing_analytics.start(${START_S}).end(${START_S + 1}).granularity(DAILY).dimensions(COLOUR)`, 'dimensions'],
  ])('refuse %s', async (expansion, name) => {
    const { simulator } = await startTestSimulator({ clock: 'virtual' });
    const { body } = await simulator.call('GET', `${WABA}?fields=${encodeURIComponent(expansion)}`);
    expect(body.error).toMatchObject({ code: 100, error_data: { blame_field_specs: [[name]] } });
  });
});

describe('template analytics', () => {
  const query = (ids: readonly string[], more = '') =>
    `${WABA}/template_analytics?start=${START_S}&end=${START_S + 3600}&granularity=daily&template_ids=[${ids.join()}]${more}`;

  it('must be enabled, and stay so', async () => {
    const { simulator, idOf } = await start();
    expect((await simulator.call('GET', query([idOf('promo')]))).body.error).toMatchObject({ code: 200007 });
    expect(await simulator.post(`${WABA}?is_enabled_for_insights=true`)).toEqual({ id: Number(DEFAULTS.wabaId) });
    expect((await simulator.call('GET', query([idOf('promo')]))).status).toBe(200);
    expect((await simulator.call('POST', `${WABA}?is_enabled_for_insights=false`)).body.error).toMatchObject({
      code: 200006,
    });
    await simulator.post(`/_simulator/wabas/${DEFAULTS.wabaId}`, { insights: 'unavailable' });
    expect((await simulator.call('GET', query([idOf('promo')]))).body.error).toMatchObject({ code: 200005 });
  });

  it('count messages, reads, clicks and cost of each template and day', async () => {
    const { simulator, idOf } = await start();
    await simulator.post(`${WABA}?is_enabled_for_insights=true`);
    const sent = await simulator.send(message('+16505551009', ofTemplate('promo')));
    await simulator.post('/_simulator/clock', { advance_ms: 60_000 });
    await simulator.post(`/_simulator/messages/${sent.body.messages[0].id}/click`, {
      button: 'Stop',
      type: 'quick_reply_button',
    });
    const { data } = await simulator.get(query([idOf('promo'), idOf('order')]));
    expect(data).toEqual([
      {
        granularity: 'DAILY',
        product_type: 'cloud_api',
        data_points: expect.arrayContaining([
          {
            template_id: idOf('promo'),
            start: START_S,
            end: START_S + DAY_S,
            sent: 4,
            delivered: 4,
            read: 4,
            clicked: [{ type: 'quick_reply_button', button_content: 'Stop', count: 1 }],
            cost: [
              { type: 'amount_spent', value: 0.1375 },
              { type: 'cost_per_delivered', value: 0.0344 },
            ],
          },
          expect.objectContaining({ template_id: idOf('order'), sent: 2, delivered: 2 }),
        ]),
      },
    ]);
    const narrow = await simulator.get(query([idOf('promo')], '&metric_types=sent'));
    expect(narrow.data[0].data_points).toEqual([
      { template_id: idOf('promo'), start: START_S, end: START_S + DAY_S, sent: 4 },
    ]);
  });

  it('refuse more than ten templates, unknown ones and days longer ago than 90', async () => {
    const { simulator, idOf } = await start();
    await simulator.post(`${WABA}?is_enabled_for_insights=true`);
    const codeOf = async (where: string) => (await simulator.call('GET', where)).body.error?.code;
    expect(await codeOf(query(Array.from({ length: 11 }, () => idOf('promo'))))).toBe(100);
    expect(await codeOf(query(['1']))).toBe(100);
    expect(await codeOf(query([idOf('promo')]).replace(`start=${START_S}`, `start=${START_S - 92 * DAY_S}`))).toBe(100);
    expect(await codeOf(query([idOf('promo')]).replace('granularity=daily', 'granularity=hourly'))).toBe(100);
    const local = `${WABA}/template_analytics?start=2026-01-01&end=2026-01-01&granularity=daily&template_ids=${idOf('promo')}&use_waba_timezone=true`;
    expect((await simulator.get(local)).data[0]).toMatchObject({
      waba_timezone: 'UTC',
      data_points: [{ start: '2026-01-01', sent: 3 }],
    });
  });
});

describe('the history of messages', () => {
  it('has every status of a message', async () => {
    const { simulator } = await startTestSimulator({ clock: 'virtual', scenario: { outcomes: { read: 1 } } });
    const wamid = (await simulator.send(message('+16505551001', text))).body.messages[0].id;
    await simulator.post('/_simulator/clock', { advance_ms: 3_600_000 });
    const where = `/v25.0/${DEFAULTS.phoneNumberId}/message_history`;
    const { data } = await simulator.get(`${where}?message_id=${encodeURIComponent(wamid)}`);
    expect(data[0]).toMatchObject({ message_id: wamid });
    expect(data[0].events.data.map((event: { delivery_status: string }) => event.delivery_status).sort()).toEqual([
      'DELIVERED',
      'READ',
      'SENT',
    ]);
    const events = await simulator.get(`/v25.0/${data[0].id}/events?status_filter=READ`);
    expect(events.data).toEqual([
      { cursor: expect.any(String), node: expect.objectContaining({ delivery_status: 'READ' }) },
    ]);
    expect((await simulator.call('GET', `${where}?message_id=nonsense`)).status).toBe(400);
    expect((await simulator.call('GET', `/v25.0/${data[0].id}/events?status_filter=LOST`)).status).toBe(400);
  });
});
