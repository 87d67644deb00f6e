import { afterEach, describe, expect, it } from '@jest/globals';
import { DEFAULTS } from '../assets/platform-state.js';
import { GOOD_MESSAGES, messageOf, templateOf } from '../testing/messages.js';
import { startTestSimulator, stopAll, text } from '../testing/started-simulator.js';

afterEach(stopAll);

const PHONE = DEFAULTS.phoneNumberId;
const USER = '+16505551234';
type Started = Awaited<ReturnType<typeof virtual>>;

const virtual = async (behaviour: unknown = {}, more: Record<string, unknown> = {}) =>
  startTestSimulator({
    clock: 'virtual',
    timeScale: 1,
    scenario: { behaviour, outcomes: { delivered: 1, read: 0 }, ...more },
  });
const advance = ({ simulator }: Started, ms: number) => simulator.post('/_simulator/clock', { advance_ms: ms });

/** Sends and lets a minute pass: the code of the refusal, or of the failure, or the last status. */
async function endOf(started: Started, body: Record<string, unknown>, edge = 'messages'): Promise<number | string> {
  const answer = await started.simulator.call('POST', `/v25.0/${PHONE}/${edge}`, body);
  if (answer.status !== 200) return answer.body.error.code;
  await advance(started, 60_000);
  const wamid = answer.body.messages[0].id;
  const last = started.callback.statuses.filter(({ id }) => id === wamid).at(-1);
  return last?.errors?.[0]?.code ?? last?.status ?? 'nothing';
}

describe('the customer service window', () => {
  it('closes 24 hours after the last message of the user, for everything but templates', async () => {
    const started = await virtual({ strict_window: true });
    expect(await endOf(started, text(USER))).toBe(131047);
    await started.simulator.post('/_simulator/inbound', { from: USER, text: 'hi' });
    expect(await endOf(started, text(USER))).toBe('delivered');
    await advance(started, 24 * 3_600_000 - 120_000);
    expect(await endOf(started, text(USER))).toBe('delivered');
    expect(await endOf(started, text(USER))).toBe(131047);
    expect(await endOf(started, templateOf())).toBe('delivered');
  });

  it('is always open unless a scenario says otherwise', async () => {
    expect(await endOf(await virtual(), text(USER))).toBe('delivered');
  });

  it('can be made to count while the platform runs', async () => {
    const started = await virtual();
    await started.simulator.post('/_simulator/behaviour', { strict_window: true });
    expect(await endOf(started, text(USER))).toBe(131047);
    expect(await started.simulator.get('/_simulator/behaviour')).toMatchObject({ strict_window: true });
  });
});

describe('a user', () => {
  it('who stopped marketing gets none until it is resumed, and both are told', async () => {
    const started = await virtual();
    await started.simulator.post(`/_simulator/people/${USER}`, { marketing_messages: 'stop' });
    expect(await endOf(started, templateOf())).toBe(131050);
    expect(await endOf(started, text(USER))).toBe('delivered');
    await started.simulator.post(`/_simulator/people/${USER}`, { marketing_messages: 'resume' });
    expect(await endOf(started, templateOf())).toBe('delivered');
    const told = started.callback.changes.filter(({ field }) => field === 'user_preferences');
    expect(told.map(({ value }) => (value.user_preferences as { value: string }[])[0]?.value)).toEqual([
      'stop',
      'resume',
    ]);
  });

  it('with another identity than the business knows is not written to', async () => {
    const started = await virtual();
    const known = (hash: string) => ({ ...text(USER), recipient_identity_key_hash: hash });
    expect(await endOf(started, known('A'))).toBe('delivered');
    await started.simulator.post(`/_simulator/people/${USER}`, { identity_key_hash: 'B' });
    expect([await endOf(started, known('A')), await endOf(started, known('B'))]).toEqual([137000, 'delivered']);
  });

  it('is not the number itself', async () => {
    expect(await endOf(await virtual(), text(`+${DEFAULTS.phoneDigits}`))).toBe(131021);
  });

  it('of Brazil or Mexico has an id that is not the number', async () => {
    const { simulator } = await virtual();
    const { body } = await simulator.send(text('+5531987654321'));
    expect(body.contacts).toEqual([{ input: '+5531987654321', wa_id: '553187654321' }]);
  });
});

describe('an account', () => {
  it.each([131031, 368, 131037, 133010])('that is to answer %i refuses everything', async (code) => {
    const started = await virtual({ refused: { [DEFAULTS.wabaId]: code } });
    expect([await endOf(started, text(USER)), await endOf(started, templateOf())]).toEqual([code, code]);
    expect(await started.simulator.ledger()).toMatchObject([
      { outcome: 'refused', code },
      { outcome: 'refused', code },
    ]);
  });

  it('that does not pay sends no templates and everything else', async () => {
    const started = await virtual({ refused: { [PHONE]: 131042 } });
    expect([await endOf(started, templateOf()), await endOf(started, text(USER))]).toEqual([131042, 'delivered']);
  });

  it('can fail after having accepted', async () => {
    expect(await endOf(await virtual({ failed: { [PHONE]: 131042 } }), templateOf())).toBe(131042);
  });
});

describe('marketing', () => {
  it('to the United States can be stopped, and part of it be an experiment', async () => {
    expect(await endOf(await virtual({ us_marketing_stopped: true }), templateOf())).toBe(131049);
    expect(await endOf(await virtual({ experiment: 1 }), templateOf())).toBe(130472);
    expect(await endOf(await virtual({ us_marketing_stopped: true }), templateOf([], { to: '+447911123456' }))).toBe(
      'delivered',
    );
  });

  it('goes through its own endpoint, which takes nothing else and says success', async () => {
    const started = await virtual({ marketing_only_by_its_api: true });
    expect(await endOf(started, templateOf())).toBe(131063);
    expect(await endOf(started, templateOf(), 'marketing_messages')).toBe('delivered');
    expect(await endOf(started, text(USER), 'marketing_messages')).toBe(100);
    const answer = await started.simulator.call('POST', `/v25.0/${PHONE}/marketing_messages`, templateOf());
    expect(answer.body).toMatchObject({ success: true, messages: [{ message_status: 'accepted' }] });
  });
});

describe('a file', () => {
  it('behind a link that leads nowhere fails with 131053 wherever in the message it is', async () => {
    const started = await virtual({ broken_links: ['https://files.example.com/gone'] });
    const link = 'https://files.example.com/gone/1.png';
    const header = { type: 'header', parameters: [{ type: 'image', image: { link } }] };
    expect(await endOf(started, messageOf('image', { link }))).toBe(131053);
    expect(await endOf(started, templateOf([header]))).toBe(131053);
    expect(await endOf(started, messageOf('image', { link: 'https://cdn.invalid/1.png' }))).toBe(131053);
    expect(await endOf(started, messageOf('image', { link: 'https://files.example.com/1.png' }))).toBe('delivered');
  });
});

describe('a message', () => {
  it('that is a reaction is only ever sent', async () => {
    expect(await endOf(await virtual(), GOOD_MESSAGES.reaction ?? {})).toBe('sent');
  });

  it.each<[string, Record<string, unknown>, string, object]>([
    ['a text', text(USER), 'messages', { billable: false, type: 'free_customer_service', category: 'service' }],
    ['a template', templateOf(), 'messages', { billable: true, type: 'regular', category: 'marketing' }],
    [
      'its own API',
      templateOf(),
      'marketing_messages',
      { billable: true, type: 'regular', category: 'marketing_lite' },
    ],
  ])('tells its price once sent: %s', async (_, body, edge, pricing) => {
    const started = await virtual();
    await endOf(started, body, edge);
    expect(started.callback.statuses.find(({ status }) => status === 'sent')?.pricing).toMatchObject(pricing);
  });

  it('to a group names the group in its answer', async () => {
    const { simulator } = await virtual();
    const { body } = await simulator.send(GOOD_MESSAGES['text to a group']);
    expect(body.messages[0]).toMatchObject({ group_id: 'Y2FwaV9ncm91cDox' });
    expect(await endOf(await virtual(), GOOD_MESSAGES['text to a group'] ?? {})).toBe('delivered');
  });

  it.each(Object.entries(GOOD_MESSAGES))('of the kind %s is accepted over HTTP', async (_, body) => {
    const { simulator } = await virtual();
    expect(await simulator.send(body)).toMatchObject({ status: 200 });
  });
});

it('names every mistake in behaviour at once', async () => {
  await expect(virtual({ strict_window: 'yes', experiment: 2, refused: { '1': 'x' }, mood: 1 })).rejects.toMatchObject({
    problems: [
      expect.stringMatching(/behaviour\.mood: is not known/),
      expect.stringMatching(/behaviour\.strict_window: must be true or false/),
      expect.stringMatching(/behaviour\.experiment: must be a number from 0 to 1/),
      expect.stringMatching(/behaviour\.refused\.1: must be a number/),
    ],
  });
});
