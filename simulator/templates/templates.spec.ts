import { afterEach, describe, expect, it } from '@jest/globals';
import { DEFAULTS } from '../assets/platform-state.js';
import { startTestSimulator, stopAll } from '../testing/started-simulator.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WABA = `/v25.0/${DEFAULTS.wabaId}`;
const LIST = `${WABA}/message_templates`;

afterEach(stopAll);

const aTemplate = (name = 'order_confirmation', more: object = {}) => ({
  name,
  language: 'en_US',
  category: 'UTILITY',
  components: [
    {
      type: 'BODY',
      text: `Thank you for your order ${name}, {{1}}! We write again when it is on its way.`,
      example: { body_text: [['Pablo']] },
    },
  ],
  ...more,
});

/** A platform whose clock stands still until it is moved, and what its templates told the business. */
async function start(rules: object = {}, templates: readonly object[] = []) {
  const scenario = { template_rules: { review_ms: HOUR_MS, ...rules }, templates };
  const { simulator, callback } = await startTestSimulator({ clock: 'virtual', timeScale: 1, scenario });
  const advance = (ms: number) => simulator.post('/_simulator/clock', { advance_ms: ms });
  const told = () =>
    callback.changes
      .filter(({ field }) => field.includes('template'))
      .map(({ field, value }) => [field.replace('message_template_', ''), value]);
  const create = (body: object) => simulator.call('POST', LIST, body);
  const statusOf = async (id: string) => (await simulator.get(`/v25.0/${id}?fields=status`)).status;
  return { simulator, advance, told, create, statusOf };
}

describe('a template', () => {
  it('is PENDING until its review is over, and then the business is told', async () => {
    const { create, advance, told, statusOf } = await start();
    const made = await create(aTemplate());
    expect(made).toMatchObject({ status: 200, body: { status: 'PENDING', category: 'UTILITY' } });
    await advance(HOUR_MS - 1);
    expect(await statusOf(made.body.id)).toBe('PENDING');
    await advance(1);
    expect(await statusOf(made.body.id)).toBe('APPROVED');
    expect(told()).toEqual([
      [
        'status_update',
        {
          event: 'APPROVED',
          message_template_id: Number(made.body.id),
          message_template_name: 'order_confirmation',
          message_template_language: 'en_US',
          message_template_category: 'UTILITY',
          reason: 'NONE',
        },
      ],
    ]);
  });

  it.each([
    [
      'a short link',
      'INVALID_FORMAT',
      [{ type: 'BUTTONS', buttons: [{ type: 'URL', text: 'Go', url: 'https://bit.ly/x' }] }],
    ],
    [
      'a link to a chat',
      'INVALID_FORMAT',
      [{ type: 'BUTTONS', buttons: [{ type: 'URL', text: 'Go', url: 'https://wa.me/1' }] }],
    ],
    ['a prize', 'SCAM', [{ type: 'FOOTER', text: 'Claim your prize today' }]],
    ['advertising called UTILITY', 'INCORRECT_CATEGORY', [{ type: 'FOOTER', text: '20 % off, buy now' }]],
  ])('is rejected for %s (%s), with what to do about the form', async (_, reason, more) => {
    const { create, advance, told } = await start();
    const base = aTemplate();
    await create({ ...base, components: [...base.components, ...more] });
    await advance(HOUR_MS);
    const info =
      reason === 'INVALID_FORMAT' ? { reason: expect.any(String), recommendation: expect.any(String) } : undefined;
    expect(told()).toEqual([
      [
        'status_update',
        expect.objectContaining({ event: 'REJECTED', reason, ...(info ? { rejection_info: info } : {}) }),
      ],
    ]);
  });

  it('is rejected when another one says the same', async () => {
    const { create, advance, told } = await start();
    const base = aTemplate();
    await create(base);
    await advance(HOUR_MS);
    await create({ ...base, name: 'another_name' });
    await advance(HOUR_MS);
    expect(told()[1]).toEqual([
      'status_update',
      expect.objectContaining({ event: 'REJECTED', reason: 'INVALID_FORMAT' }),
    ]);
  });

  it('is created once: a second time answers 2388024', async () => {
    const { create } = await start();
    await create(aTemplate());
    expect((await create(aTemplate())).body.error).toMatchObject({
      code: 100,
      error_subcode: 2388024,
      error_user_title: expect.any(String),
      error_user_msg: expect.stringContaining('order_confirmation'),
      error_data: { blame_field_specs: [['language']] },
    });
    expect((await create(aTemplate('order_confirmation', { language: 'de' }))).status).toBe(200);
  });

  it('can be created 100 times an hour', async () => {
    const { create, advance } = await start();
    for (let i = 0; i < 100; i++) expect((await create(aTemplate(`t${i}`))).status).toBe(200);
    expect((await create(aTemplate('one_more'))).body.error).toMatchObject({ error_subcode: 2388019 });
    await advance(HOUR_MS);
    expect((await create(aTemplate('one_more'))).status).toBe(200);
  });

  it('is edited once in 24 hours and ten times in 30 days while it is approved', async () => {
    const { simulator, create, advance } = await start();
    const { id } = (await create(aTemplate())).body;
    const edit = async (n: number) => {
      const { components } = aTemplate(`number ${n}`);
      return (await simulator.call('POST', `/v25.0/${id}`, { components })).body;
    };
    expect((await edit(0)).error).toMatchObject({ error_subcode: 2388039 });
    await advance(HOUR_MS);
    for (let i = 1; i <= 10; i++) {
      expect(await edit(i)).toMatchObject({ success: true, id });
      await advance(HOUR_MS);
      if (i === 1) expect((await edit(99)).error).toMatchObject({ error_subcode: 2388039 });
      await advance(23 * HOUR_MS);
    }
    expect((await edit(11)).error).toMatchObject({ error_subcode: 2388039 });
    await advance(20 * DAY_MS);
    expect(await edit(11)).toMatchObject({ success: true });
  });

  it('keeps its category when it is approved', async () => {
    const { simulator, create, advance } = await start();
    const { id } = (await create(aTemplate())).body;
    await advance(HOUR_MS);
    const answer = await simulator.call('POST', `/v25.0/${id}`, { category: 'MARKETING' });
    expect(answer.body.error).toMatchObject({ code: 100, error_subcode: 2388039 });
  });

  it('locks its name for 30 days when it is deleted', async () => {
    const { simulator, create, advance, told } = await start();
    await create(aTemplate());
    await advance(HOUR_MS);
    expect((await simulator.call('DELETE', `${LIST}?name=order_confirmation`)).body).toEqual({ success: true });
    expect((await create(aTemplate())).body.error).toMatchObject({ error_subcode: 2388023 });
    await advance(30 * DAY_MS - 1);
    expect((await create(aTemplate())).body.error).toMatchObject({ error_subcode: 2388023 });
    await advance(1);
    expect((await create(aTemplate())).status).toBe(200);
    expect(told().map(([, value]) => (value as { event: string }).event)).toEqual([
      'APPROVED',
      'PENDING_DELETION',
      'DELETED',
    ]);
  });

  it('is deleted by name in all languages, by id in one', async () => {
    const { simulator, create } = await start();
    const ids: string[] = [];
    for (const language of ['en_US', 'de', 'fr']) ids.push((await create(aTemplate('hi', { language }))).body.id);
    expect((await simulator.call('DELETE', `${LIST}?name=hi&hsm_id=${ids[0]}`)).body).toEqual({ success: true });
    expect((await simulator.get(`${LIST}?fields=id`)).data.map(({ id }: { id: string }) => id)).toEqual([
      ids[2],
      ids[1],
    ]);
    await simulator.call('DELETE', `${LIST}?name=hi`);
    expect((await simulator.get(LIST)).data).toEqual([]);
    expect((await simulator.call('DELETE', `${LIST}?name=hi`)).body.error).toMatchObject({ error_subcode: 2593002 });
    expect((await simulator.call('DELETE', LIST)).body.error).toMatchObject({ code: 100 });
  });
});

describe('the list of templates', () => {
  it('comes in pages that neither repeat nor skip, and is filtered', async () => {
    const { simulator, create } = await start();
    for (let i = 0; i < 7; i++) await create(aTemplate(`t${i}`, { category: i % 2 === 0 ? 'UTILITY' : 'MARKETING' }));
    const names: string[] = [];
    for (let where = `${LIST}?limit=3&fields=name`; where !== ''; ) {
      const page = await simulator.get(where);
      names.push(...page.data.map(({ name }: { name: string }) => name));
      where = page.paging.next?.replace(simulator.url, '') ?? '';
    }
    expect(names).toEqual(['t6', 't5', 't4', 't3', 't2', 't1', 't0']);
    expect((await simulator.get(`${LIST}?category=MARKETING`)).data).toHaveLength(3);
    expect((await simulator.get(`${LIST}?status=APPROVED`)).data).toHaveLength(0);
    expect((await simulator.get(`${LIST}?name=t3&status=["PENDING","APPROVED"]`)).data).toHaveLength(1);
    expect((await simulator.call('GET', `${LIST}?fields=nonsense`)).body.error).toMatchObject({ code: 100 });
    expect((await simulator.call('GET', `${LIST}?limit=0`)).body.error).toMatchObject({ code: 100 });
    expect((await simulator.call('GET', `${LIST}?after=nonsense`)).body.error).toMatchObject({ code: 100 });
  });

  it('shows the default fields', async () => {
    const { simulator, create } = await start();
    await create(aTemplate());
    const [template] = (await simulator.get(LIST)).data;
    expect(Object.keys(template).sort()).toEqual([
      'category',
      'components',
      'id',
      'language',
      'name',
      'parameter_format',
      'status',
    ]);
  });

  it('fills in what Meta says in an AUTHENTICATION template', async () => {
    const { simulator } = await start();
    const body = {
      name: 'code',
      languages: ['en_US', 'fr'],
      category: 'AUTHENTICATION',
      components: [
        { type: 'BODY', add_security_recommendation: true },
        { type: 'FOOTER', code_expiration_minutes: 5 },
        { type: 'BUTTONS', buttons: [{ type: 'OTP', otp_type: 'COPY_CODE' }] },
      ],
    };
    const made = await simulator.post(`${WABA}/upsert_message_templates`, body);
    expect(made.data).toEqual([
      { id: expect.any(String), status: 'APPROVED', language: 'en_US' },
      { id: expect.any(String), status: 'APPROVED', language: 'fr' },
    ]);
    const { components } = await simulator.get(`/v25.0/${made.data[0].id}`);
    expect(components[0].text).toBe('*{{1}}* is your verification code. For your security, do not share this code.');
    expect(components[2].buttons[0]).toMatchObject({ type: 'URL', text: 'Copy code' });
  });
});

describe('the quality of a template', () => {
  it('pauses it for 3 hours, then for 6, then disables it', async () => {
    const { simulator, advance, told, statusOf } = await start({}, [aTemplate()]);
    const [{ id }] = (await simulator.get(LIST)).data;
    const red = () => simulator.post(`/_simulator/templates/${id}`, { quality_score: 'RED' });
    for (const hours of [3, 6]) {
      await red();
      await advance(hours * HOUR_MS - 1);
      expect(await statusOf(id)).toBe('PAUSED');
      await advance(1);
      expect(await statusOf(id)).toBe('APPROVED');
    }
    await red();
    expect(await statusOf(id)).toBe('DISABLED');
    await advance(DAY_MS);
    expect(await statusOf(id)).toBe('DISABLED');
    expect((await simulator.call('DELETE', `${LIST}?name=order_confirmation`)).status).toBe(400);
    const titles = told().map(([, value]) => (value as { other_info?: { title: string } }).other_info?.title);
    expect(titles.filter(Boolean)).toEqual(['FIRST_PAUSE', 'UNPAUSE', 'SECOND_PAUSE', 'UNPAUSE', 'DISABLED']);
    expect(told()[0]).toEqual([
      'quality_update',
      expect.objectContaining({ previous_quality_score: 'UNKNOWN', new_quality_score: 'RED' }),
    ]);
  });

  it('cannot be mended by hand when the pause is for the quality', async () => {
    const { simulator } = await start({}, [aTemplate()]);
    const [{ id }] = (await simulator.get(LIST)).data;
    await simulator.post(`/_simulator/templates/${id}`, { quality_score: 'RED' });
    expect(await simulator.post(`/v25.0/${id}/unpause`)).toMatchObject({ success: false, reason: expect.any(String) });
  });
});

describe('people who block', () => {
  it('make a template RED when they are one in twenty, and pause it', async () => {
    const { simulator, advance, statusOf } = await start({}, [aTemplate()]);
    const [{ id }] = (await simulator.get(LIST)).data;
    const wamids: string[] = [];
    for (let i = 0; i < 40; i++) {
      const name = { name: 'order_confirmation', language: { code: 'en_US' } };
      const components = [{ type: 'body', parameters: [{ type: 'text', text: 'Pablo' }] }];
      const body = {
        messaging_product: 'whatsapp',
        to: `+165055510${10 + i}`,
        type: 'template',
        template: { ...name, components },
      };
      wamids.push((await simulator.send(body)).body.messages[0].id);
    }
    await advance(HOUR_MS);
    const quality = async () => (await simulator.get(`/v25.0/${id}?fields=quality_score`)).quality_score.score;
    expect(await quality()).toBe('GREEN');
    await simulator.post(`/_simulator/messages/${wamids[0]}/block`);
    expect([await quality(), await statusOf(id)]).toEqual(['YELLOW', 'APPROVED']);
    await simulator.post(`/_simulator/messages/${wamids[1]}/block`);
    expect([await quality(), await statusOf(id)]).toEqual(['RED', 'PAUSED']);
  });
});

describe('a paced template', () => {
  const send = (to: string) => ({
    messaging_product: 'whatsapp',
    to,
    type: 'template',
    template: { name: 'promo', language: { code: 'en_US' } },
  });

  it.each([
    ['release', 'delivered', 'APPROVED'],
    ['drop', 'failed', 'PAUSED'],
  ])('holds what comes after the first part, until the verdict (%s)', async (pacing, end, status) => {
    const promo = { name: 'promo', category: 'MARKETING' };
    const { simulator, advance, statusOf } = await start({ pacing: { first: 2 } }, [promo]);
    const [{ id }] = (await simulator.get(LIST)).data;
    const answers = [];
    for (let i = 0; i < 4; i++) answers.push((await simulator.send(send(`+1650555100${i}`))).body.messages[0]);
    const held = 'held_for_quality_assessment';
    expect(answers.map(({ message_status }) => message_status)).toEqual(['accepted', 'accepted', held, held]);
    await simulator.post(`/_simulator/templates/${id}`, { pacing });
    await advance(HOUR_MS / 2);
    expect(await statusOf(id)).toBe(status);
    const where = `/v25.0/106540352242922/message_history?message_id=${encodeURIComponent(answers[3].id)}`;
    const { data } = await simulator.get(where);
    expect(data[0].events.data.map((event: { delivery_status: string }) => event.delivery_status)).toContain(
      end.toUpperCase(),
    );
    if (pacing !== 'drop') return;
    expect((await simulator.send(send('+16505551009'))).body.error).toMatchObject({ code: 132015 });
    expect(await simulator.post(`/v25.0/${id}/unpause`)).toEqual({ success: true });
    expect(await statusOf(id)).toBe('APPROVED');
  });

  it('lets them go when nobody has said anything for ten minutes', async () => {
    const { simulator, advance } = await start({ pacing: { first: 1 } }, [{ name: 'promo', category: 'MARKETING' }]);
    await simulator.send(send('+16505551000'));
    const { id } = (await simulator.send(send('+16505551001'))).body.messages[0];
    await advance(600_000 + HOUR_MS);
    const where = `/v25.0/106540352242922/message_history?message_id=${encodeURIComponent(id)}`;
    expect((await simulator.get(where)).data[0].events.data.length).toBeGreaterThan(0);
  });
});

describe('Meta thinking of another category', () => {
  it('is announced 24 hours before it becomes true', async () => {
    const { simulator, advance, told } = await start({}, [aTemplate()]);
    const [{ id }] = (await simulator.get(LIST)).data;
    await simulator.post(`/_simulator/templates/${id}`, { correct_category: 'MARKETING' });
    await advance(DAY_MS - 1);
    expect(await simulator.get(`/v25.0/${id}?fields=category,correct_category`)).toMatchObject({
      category: 'UTILITY',
      correct_category: 'MARKETING',
    });
    await advance(1);
    expect(await simulator.get(`/v25.0/${id}?fields=category,previous_category`)).toMatchObject({
      category: 'MARKETING',
      previous_category: 'UTILITY',
    });
    expect(told()).toEqual([
      [
        'template_correct_category_detection',
        expect.objectContaining({ category: 'UTILITY', correct_category: 'MARKETING' }),
      ],
      [
        'template_category_update',
        expect.objectContaining({
          new_category: 'UTILITY',
          correct_category: 'MARKETING',
          category_update_timestamp: expect.any(Number),
        }),
      ],
      [
        'template_category_update',
        expect.objectContaining({ previous_category: 'UTILITY', new_category: 'MARKETING' }),
      ],
    ]);
  });
});

describe('an idle template', () => {
  it('is archived after a year, can be taken back, and is deleted 28 days later when it is not', async () => {
    const { simulator, advance, statusOf } = await start({}, [aTemplate()]);
    const [{ id }] = (await simulator.get(LIST)).data;
    await advance(365 * DAY_MS);
    expect(await statusOf(id)).toBe('ARCHIVED');
    await simulator.post(`/v25.0/${id}/unarchive`);
    expect(await statusOf(id)).toBe('APPROVED');
    await advance(365 * DAY_MS + 28 * DAY_MS);
    expect((await simulator.call('GET', `/v25.0/${id}`)).body.error).toMatchObject({ code: 100, error_subcode: 33 });
  });
});
