import { beforeAll, expect, it } from '@jest/globals';
import type { RateLimitView, StopList } from '../../src/rate-limit/rate-limit.dto.js';
import { LUCKY } from '../support/accounts.js';
import { aRecipient, aTemplateMessage, aTextMessage } from '../support/factories.js';
import { describeWithNats } from '../support/nats.js';
import { ThreeWires } from '../support/transports/three-wires.js';
import { until } from '../support/until.js';
import { answerAlike, CHECK, EXPLAIN, type Operation, STATE } from './alike.js';

const LOCKED = '+16505550131';
/** To this person Meta refuses five times because of the rate, then no more. */
const REFUSED = '+16505550429';
/** Of this person's messages Meta cannot use the file, five times. */
const FILELESS = '+16505550153';
/** Of this person Meta's service is away six times. */
const UNSERVED = '+16505550116';
const SOON = { withinMs: 30_000 };
const { phoneNumberId } = LUCKY;
const POLICY = `/v1/rate_limits/${phoneNumberId}/policy`;

const anImage = (to = aRecipient()) => ({
  phone_number_id: phoneNumberId,
  to,
  type: 'image',
  image: { link: 'https://example.com/one.png' },
});
const five = (code: string) => Array.from({ length: 5 }, () => code);

describeWithNats('what a message waits for, by REST, gRPC and NATS alike,', () => {
  let wires: ThreeWires;

  beforeAll(async () => {
    const away = [...five('131016'), '131016'];
    const refusals = { [LOCKED]: ['131031'], [REFUSED]: five('130429'), [FILELESS]: five('131053'), [UNSERVED]: away };
    const faults = { by_recipient: refusals };
    wires = await ThreeWires.start({
      simulator: { mps: 80, scenario: { faults, limits: { messaging_limit: 'TIER_250' } } },
      settings: { THROUGHPUT_POLL_MS: '1000' },
    });
  });

  /** What the wires say once they say the same: a short pause of the lane may end between two calls. */
  const alike = (operation: Operation, data: object) => until(() => answerAlike(wires, operation, data), SOON);
  const explained = async (message: object) => {
    const { id } = await wires.stack.api.send(message);
    return alike(EXPLAIN, { id });
  };
  const checked = async (...messages: object[]) =>
    ((await alike(CHECK, { messages })) as { results: object[] }).results;
  const standing = () => alike(STATE, { phone_number_id: phoneNumberId });
  const state = async () => (await wires.stack.api.get<RateLimitView>(`/v1/rate_limits/${phoneNumberId}`)).body;
  const limited = (limit: string) => ({ limits: expect.arrayContaining([expect.objectContaining({ limit })]) });
  const isSubmitted = async (id: string) => (await wires.stack.api.message(id)).state === 'submitted';

  /** Chooses a policy and sends until the owner of the lane goes by it, which its rate tells. */
  const choose = async (policy: { readonly max_mps: number; readonly [choice: string]: unknown }): Promise<void> => {
    expect((await wires.stack.api.call('PUT', POLICY, { body: policy })).status).toBe(200);
    await until(async () => {
      await wires.stack.api.send(aTextMessage());
      return (await state()).current_mps === policy.max_mps;
    }, SOON);
  };
  const stopped = () =>
    until(async () => {
      const { body } = await wires.stack.api.get<StopList>('/v1/rate_limits/stops');
      return body.stops[0] ?? false;
    }, SOON);
  const release = async (id: string) => {
    expect((await wires.stack.api.call('POST', `/v1/rate_limits/stops/${id}/release`)).status).toBe(200);
  };

  it('is Meta’s refusal to deliver marketing to a person', async () => {
    const to = aRecipient();
    await wires.stack.database.db.run(
      `insert into marketing_refusals (portfolio_id, person, refusals, refused_at, held_until)
       select portfolio_id, $2, 1, now(), now() + interval '1 day' from phone_numbers where phone_number_id = $1`,
      [phoneNumberId, to],
    );
    const reason = expect.stringMatching(/^Meta chose not to deliver marketing to this person lately \(131049\)/);
    const message = aTemplateMessage({ to, priority: 'marketing' });
    expect(await checked(message, aTextMessage({ to }))).toMatchObject([
      { verdict: 'wait', limit: 'marketing', reason, until: expect.any(String) },
      { verdict: 'go' },
    ]);
    const hold = { limit: 'marketing', reason, until: expect.any(String) };
    expect(await explained(message)).toMatchObject({ state: 'queued', waiting_for: [hold] });
    // It is about one person: the number itself waits for nothing.
    expect(await standing()).toMatchObject({ waiting_for: [] });
  });

  it('is the pause after Meta refused it for now', async () => {
    const { id } = await wires.stack.api.send(aTextMessage({ to: UNSERVED }));
    const refused = async () =>
      (await wires.stack.api.message(id)).attempts.filter((a) => a.outcome === 'rejected_retry');
    await until(async () => (await refused()).length === 4, SOON);
    const reason = 'Meta refused it for now, and it is tried again then: (#131016) Service unavailable';
    const hold = { limit: 'retry', reason, until: expect.any(String) };
    expect(await alike(EXPLAIN, { id })).toMatchObject({ state: 'queued', waiting_for: [hold] });
    await wires.stack.api.call('POST', `/v1/messages/${id}/cancel`);
  });

  it('is the cap that somebody chose for the marketing that a person gets', async () => {
    const cap = { marketing_cap: 1, marketing_cap_days: 7 };
    const put = await wires.stack.api.call('PUT', POLICY, { body: cap });
    expect(put).toMatchObject({ status: 200, body: cap });
    const to = aRecipient();
    const message = aTemplateMessage({ to, priority: 'marketing' });
    // Until the worker has taken it on, marketing goes without being counted at once.
    await until(async () => {
      const { id } = await wires.stack.api.send({ ...message, to: aRecipient() });
      await until(() => isSubmitted(id), SOON);
      return (await wires.stack.database.db.rows(`select 1 from marketing_reach`)).length > 0;
    }, SOON);
    const first = await wires.stack.api.send(message);
    await until(() => isSubmitted(first.id), SOON);
    const reason = expect.stringMatching(/^this person has had 1 of at most 1 marketing templates in 7 days, /);
    const hold = { limit: 'marketing_cap', reason, until: expect.any(String), used: 1, allowed: 1 };
    const soon = new Date(Date.now() + 3_600_000).toISOString();
    expect(await checked(message, { ...message, expires_at: soon }, aTemplateMessage())).toMatchObject([
      { verdict: 'wait', ...hold },
      { verdict: 'refuse', ...hold, reason: expect.stringMatching(/^it expires before it may go: /), until: null },
      { verdict: 'go', used: null, allowed: null },
    ]);
    expect(await explained(message)).toMatchObject({ state: 'queued', waiting_for: [hold] });
    // It is about people: the number itself waits for nothing.
    expect(await standing()).toMatchObject({ waiting_for: [] });
    expect((await wires.stack.api.call('DELETE', POLICY)).status).toBe(204);
  });

  it('is the messaging limit of the portfolio', async () => {
    await until(async () => (await state()).messaging_limit.state === 'limited', SOON);
    // The first template begins the count and makes the places; then they are all taken.
    const first = await wires.stack.api.send(aTemplateMessage());
    await until(() => isSubmitted(first.id), SOON);
    const { db } = wires.stack.database;
    const taken = await db.run(
      `update messaging_places set person = coalesce(person, 'person ' || place), held_until = now() + interval '1 day'`,
    );
    expect(taken).toBe(250);
    const reason = expect.stringMatching(
      /^the portfolio has written to as many people in 24 hours as its messaging limit \(TIER_250\) allows, /,
    );
    const hold = { limit: 'messaging', reason, until: expect.any(String) };
    expect(await checked(aTemplateMessage(), aTextMessage())).toMatchObject([
      { verdict: 'wait', ...hold },
      { verdict: 'go' },
    ]);
    expect(await explained(aTemplateMessage())).toMatchObject({ state: 'queued', waiting_for: [hold] });
    const told = await standing();
    expect(told).toMatchObject(limited('messaging'));
    expect(told).toMatchObject({ messaging_limit: { tier: 'TIER_250', state: 'limited' } });
    expect((told as RateLimitView).limits.find((l) => l.limit === 'messaging')).toMatchObject({ used: 250, left: 0 });
  });

  it('is the pause of media after five that failed in a row', async () => {
    await wires.stack.api.sendAll(Array.from({ length: 5 }, () => anImage(FILELESS)));
    await until(async () => (await state()).limits.some((l) => l.limit === 'media' && l.left === 0), SOON);
    const reason = 'five media messages in a row failed, so media of this number pauses';
    const hold = { limit: 'media', reason, until: expect.any(String) };
    expect(await checked(anImage(), aTextMessage())).toMatchObject([{ verdict: 'wait', ...hold }, { verdict: 'go' }]);
    expect(await explained(anImage())).toMatchObject({ state: 'queued', waiting_for: [hold] });
    expect(await standing()).toMatchObject({ waiting_for: [hold] });
  });

  it('is the warm-up of the number', async () => {
    await choose({ warm_up: 'guide', max_mps: 7 });
    const reason = 'the number warms up at 5 messages a minute';
    const hold = { limit: 'warm_up', reason, until: expect.any(String) };
    const waiting = { waiting_for: expect.arrayContaining([expect.objectContaining(hold)]) };
    expect(await explained(aTextMessage())).toMatchObject({ state: 'queued', waiting_for: [hold] });
    expect(await checked(aTextMessage())).toMatchObject([{ verdict: 'wait', ...hold }]);
    expect(await standing()).toMatchObject({ ...waiting, ...limited('warm_up') });
    expect((await wires.stack.api.call('DELETE', POLICY)).status).toBe(204);
    await until(async () => ((await checked(aTextMessage())) as { verdict: string }[])[0]?.verdict === 'go', SOON);
  });

  it('is a step of the escalation', async () => {
    await choose({ escalation: 'guide', max_mps: 7 });
    await wires.stack.api.send(aTextMessage({ to: REFUSED }));
    const { id } = await stopped();
    const reason = expect.stringMatching(/^light limiting: Meta refused 3 times .* sends nothing for 5 minutes$/);
    const hold = { limit: 'stop', reason, until: expect.any(String) };
    const waiting = { waiting_for: expect.arrayContaining([expect.objectContaining(hold)]) };
    expect(await explained(aTextMessage())).toMatchObject({ state: 'queued', ...waiting });
    expect(await checked(aTextMessage())).toMatchObject([{ verdict: 'wait', ...hold }]);
    expect(await standing()).toMatchObject({ ...waiting, stops: [{ id, code: 130429, reason }] });
    await wires.stack.api.call('DELETE', POLICY);
    await release(id);
  });

  it('is the stop of an account that Meta has locked, which only a release ends', async () => {
    const last = await wires.stack.api.send(aTextMessage());
    await until(() => isSubmitted(last.id), SOON);
    await wires.stack.api.send(aTextMessage({ to: LOCKED }));
    const { id } = await stopped();
    const hold = { limit: 'stop', reason: 'Account has been locked', until: null };
    const waiting = { waiting_for: expect.arrayContaining([expect.objectContaining(hold)]) };
    expect(await explained(aTextMessage())).toMatchObject({ state: 'queued', ...waiting, estimated_at: null });
    expect(await checked(aTextMessage())).toMatchObject([{ verdict: 'wait', ...hold }]);
    expect(await standing()).toMatchObject({ ...waiting, stops: [{ id, code: 131031, scope: 'waba' }] });
    await release(id);
  });
});
