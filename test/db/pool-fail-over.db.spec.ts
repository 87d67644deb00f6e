import { beforeEach, describe, expect, it } from '@jest/globals';
import { recordInbound } from '../../src/messaging/consent.store.js';
import type { NewMessage } from '../../src/messaging/messages.store.js';
import type { PoolFailOverService } from '../../src/messaging/pool-fail-over.service.js';
import type { PoolMovePlans } from '../../src/messaging/pool-move-plans.js';
import { armMessages, type HeldLane } from '../../src/messaging/send-queue.store.js';
import type { Db } from '../../src/platform/db/db.js';
import type { TemplateDirectoryService } from '../../src/templates/template-directory.service.js';
import { readClock, writeTemplates } from '../../src/templates/templates.store.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { aRecipient } from '../support/factories.js';
import { aPoolOfTwo, type PoolOfTwo } from '../support/pool-of-two.js';
import { answered, aPortfolio, type PortfolioRows, store, tell, unknown, type WorkerRows } from '../support/rows.js';
import type { Services } from '../support/services.js';
import { until } from '../support/until.js';

const TEMPLATE = { type: 'template', content: { name: 'offer', language: { code: 'en_US' } } };
const REFUSED = { code: 130429, subcode: null, title: 'Rate limit hit', details: null, fbtrace_id: null };

let database: TestDatabase;
let db: Db;
let pool: PoolOfTwo;
let of: PortfolioRows;
let services: Services;
let directory: TemplateDirectoryService;
let failOver: PoolFailOverService;
let plans: PoolMovePlans;
let poolId: string;
let [from, to]: [string, string] = ['', ''];
let worker: WorkerRows;
let lanes: HeldLane[];

beforeEach(async () => {
  database ??= await freshDatabase();
  ({ db } = database);
  pool = await aPoolOfTwo(database);
  ({ of, services, poolId, from, to, worker, lanes } = pool);
  ({ failOver, plans, directory } = pool.mover());
});

const wait: PoolOfTwo['wait'] = (...messages) => pool.wait(...messages);
const stop: PoolOfTwo['stop'] = (over) => pool.stop(over);
const numbersOf = async (ids: readonly string[]) => {
  const rows = await db.rows<{ id: string; phone_number_id: string }>(
    'select id, phone_number_id from messages where id = any($1::uuid[])',
    [ids],
  );
  return ids.map((id) => rows.find((row) => row.id === id)?.phone_number_id);
};
const senderOf = async (person: string) =>
  (
    await db.rows('select phone_number_id from pool_senders where pool_id = $1 and person_key = $2', [poolId, person])
  )[0];
/** Meta tells that an account has the template, and it is known here. */
async function anOffer(wabaId: string, status: string): Promise<void> {
  const source = { wabaId, portfolioId: of.portfolioId, source: 'poll', askedAt: await readClock(db) } as const;
  const facts = { templateId: wabaId, name: 'offer', language: 'en_US', status, category: 'MARKETING', reason: null };
  const components = [{ type: 'BODY', text: 'Hello' }];
  await writeTemplates(db, source, [{ ...facts, qualityScore: 'GREEN', parameterFormat: 'POSITIONAL', components }]);
  await directory.refresh();
}
/** Arms a message on the lane where it is now. */
const arm = async (id: string) => expect(await worker.arm(lanes, [id])).toHaveLength(1);
const refused = () => answered(1, { kind: 'rejected_retry', error: REFUSED, reaction: {} as never });

describe('what waits on a number that is lost', () => {
  it('moves with its person, due as it was at first, and its history says from where, where to and why', async () => {
    const recipient = aRecipient();
    const ids = await wait({ recipient }, { recipient, sendAt: new Date(Date.now() + 3_600_000) });
    await db.run(`update messages set due_at = now() + interval '1 minute' where id = $1`, [ids[0]]);
    await stop();
    await failOver.sweep();
    expect(await numbersOf(ids)).toEqual([to, to]);
    expect(await senderOf(recipient)).toEqual({ phone_number_id: to });
    const rows = await db.rows(
      'select state, due_at <= now() as due, version from messages where id = any($1::uuid[]) order by id',
      [ids],
    );
    expect(rows).toEqual([
      { state: 'queued', due: true, version: 2 },
      { state: 'scheduled', due: false, version: 2 },
    ]);
    const events = await db.rows(
      `select type, version, data from message_events where aggregate_id = $1 order by version`,
      [ids[0]],
    );
    const data = {
      from_phone_number_id: from,
      to_phone_number_id: to,
      cause: 'stop',
      reason: 'locked (number, 131037)',
    };
    expect(events).toEqual([expect.objectContaining({ type: 'queued' }), { type: 'moved', version: 2, data }]);
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ['left the pool', () => db.run('update pools set phone_number_ids = $2 where id = $1', [poolId, [to]]), 'removed'],
    [
      'was banned',
      () => db.run(`update phone_numbers set status = 'BANNED' where phone_number_id = $1`, [from]),
      'status',
    ],
    ['is gone', () => db.run('delete from phone_numbers where phone_number_id = $1', [from]), 'deleted'],
    ['is of a stopped account', () => stop({ scope: 'waba', scopeId: of.wabaId }), ''],
  ])('moves when the number %s, and only while another can send', async (_, lose, cause) => {
    const [id = ''] = await wait({});
    // Of a number that is gone nobody knows the account: then the template has to be known where it goes.
    await anOffer(of.wabaId, 'APPROVED');
    await lose();
    await services.accounts.refresh();
    await failOver.sweep();
    expect(await numbersOf([id])).toEqual([cause === '' ? from : to]);
    const told = await db.rows(
      `select data->>'cause' as cause from message_events where aggregate_id = $1 and type = 'moved'`,
      [id],
    );
    expect(told).toEqual(cause === '' ? [] : [{ cause }]);
  });

  it('stays through a stop that is soon over, and when nobody of the pool can send', async () => {
    const [id = ''] = await wait({});
    await stop({ code: 130429, endsAfterMs: 5 * 60_000 });
    await failOver.sweep();
    expect(await numbersOf([id])).toEqual([from]);
    await stop();
    await stop({ scopeId: to });
    await failOver.sweep();
    expect(await numbersOf([id])).toEqual([from]);
    expect(await plans.whyItStays(await rowOf(id))).toMatch(/^locked \(number, 131037\); no other number of its pool/);
  });

  it('stays where it went when the old number comes back', async () => {
    const [id = ''] = await wait({});
    await stop();
    await failOver.sweep();
    await db.run(`update limit_stops set released_at = now(), released_by = 'test' where scope_id = $1`, [from]);
    await failOver.sweep();
    expect(await numbersOf([id])).toEqual([to]);
  });

  it('is moved whatever else waits there, page by page, and other numbers, pools and messages are left alone', async () => {
    const stuck = await wait(...Array.from({ length: 450 }, () => ({ type: 'text', content: { body: 'x' } })));
    const ids = await wait(...Array.from({ length: 450 }, () => ({})));
    const one = aRecipient();
    const many = await wait(...Array.from({ length: 1500 }, () => ({ recipient: one })));
    const [direct = ''] = await store(db, of, TEMPLATE);
    await stop();
    await failOver.sweep();
    expect(new Set(await numbersOf([...ids, ...many]))).toEqual(new Set([to]));
    expect(new Set(await numbersOf([...stuck, direct]))).toEqual(new Set([from]));
  });
});

const rowOf = async (id: string) =>
  (
    await db.rows<Parameters<PoolMovePlans['whyItStays']>[0]>(
      'select id, pool_id, phone_number_id, recipient, type from messages where id = $1',
      [id],
    )
  )[0] as Parameters<PoolMovePlans['whyItStays']>[0];

describe('what may have reached its person', () => {
  it('never moves, nor does anything of theirs after it, until it is settled', async () => {
    const recipient = aRecipient();
    const [first = '', later = ''] = await wait({ recipient }, { recipient });
    await arm(first);
    await stop();
    await failOver.sweep();
    expect(await numbersOf([first, later])).toEqual([from, from]);
    expect(await plans.whyItStays(await rowOf(later))).toMatch(/on its way or in doubt/);
    await tell(db, first, [answered(1, unknown())]);
    await failOver.sweep();
    expect(await numbersOf([first, later])).toEqual([from, from]);
    // It waits again, to be sent once more: still nobody knows.
    await tell(db, first, [{ kind: 'resend_asked' }]);
    await failOver.sweep();
    expect(await numbersOf([first, later])).toEqual([from, from]);
    await tell(db, first, [{ kind: 'cancel_asked' }]);
    await failOver.sweep();
    expect(await numbersOf([first, later])).toEqual([from, to]);
  });

  it('is not what Meta has refused: that moves, and its next attempt is another number’s', async () => {
    const [id = ''] = await wait({});
    await arm(id);
    await tell(db, id, [refused()]);
    await stop();
    await failOver.sweep();
    expect(await numbersOf([id])).toEqual([to]);
    expect(await worker.arm(lanes, [id])).toMatchObject([{ phone_number_id: to, attempt_no: 2 }]);
    const attempts = await db.rows('select number, phone_number_id from attempts where message_id = $1 order by 1', [
      id,
    ]);
    expect(attempts).toEqual([
      { number: 1, phone_number_id: from },
      { number: 2, phone_number_id: to },
    ]);
  });

  it('is not waited for: whom somebody is arming right now stays, and the others go', async () => {
    const [one, two] = [aRecipient(), aRecipient()];
    const [armed = '', behind = '', other = ''] = await wait(
      { recipient: one },
      { recipient: one },
      { recipient: two },
    );
    await stop();
    await db.transaction(async (tx) => {
      expect(await armMessages(tx, { workerId: worker.id, lanes, ids: [armed] })).toHaveLength(1);
      await failOver.sweep();
      expect(await numbersOf([behind, other])).toEqual([from, to]);
    });
    await failOver.sweep();
    expect(await numbersOf([armed, behind])).toEqual([from, from]);
  });
});

describe('what only its number can send', () => {
  const stays = async (message: Partial<NewMessage>) => {
    const recipient = aRecipient();
    const [id = '', next = ''] = await wait({ ...message, recipient }, { recipient });
    await stop();
    await failOver.sweep();
    // It holds nothing else of its person up.
    expect(await numbersOf([next])).toEqual([to]);
    return { number: (await numbersOf([id]))[0], why: await plans.whyItStays(await rowOf(id)) };
  };

  it.each<[string, Partial<NewMessage>, RegExp]>([
    ['a reply', { context: { message_id: 'wamid.A' } }, /answers a message/],
    ['a reaction', { type: 'reaction', content: { message_id: 'wamid.A', emoji: '👍' } }, /answers a message/],
    ['a file of Meta’s', { type: 'image', content: { id: '2621233374848975' } }, /id of Meta/],
    ['a text to who wrote to nobody else', { type: 'text', content: { body: 'x' } }, /has not written/],
  ])('stays: %s', async (_, message, why) => {
    expect(await stays(message)).toEqual({ number: from, why: expect.stringMatching(why) });
  });

  it('is no text to somebody who wrote to the other number', async () => {
    const recipient = aRecipient();
    const [id = ''] = await wait({ recipient, type: 'text', content: { body: 'x' } });
    const { portfolioId } = of;
    await recordInbound(db, [{ portfolioId, phoneNumberId: to, person: recipient, at: new Date() }]);
    await stop();
    await failOver.sweep();
    expect(await numbersOf([id])).toEqual([to]);
  });

  it('is a template that the other number’s account does not have, or that is not to be sent there', async () => {
    const other = await aPortfolio(db);
    await db.run('update phone_numbers set portfolio_id = $1, waba_id = $2 where phone_number_id = $3', [
      of.portfolioId,
      other.wabaId,
      to,
    ]);
    await db.run('update wabas set portfolio_id = $1 where waba_id = $2', [of.portfolioId, other.wabaId]);
    await services.accounts.refresh();
    const [id = ''] = await wait({});
    await stop({ scope: 'waba', scopeId: of.wabaId, code: 131031 });
    await failOver.sweep();
    expect(await plans.whyItStays(await rowOf(id))).toMatch(/no such template/);
    for (const [status, number] of [
      ['PAUSED', from],
      ['APPROVED', to],
    ] as const) {
      await anOffer(other.wabaId, status);
      await failOver.sweep();
      expect(await numbersOf([id])).toEqual([number]);
    }
  });

  it('is everything but templates when only these are stopped', async () => {
    const [text = '', template = ''] = await wait({ type: 'text', content: { body: 'x' } }, {});
    await stop({ stops: 'templates', code: 131048 });
    await failOver.sweep();
    expect(await numbersOf([text, template])).toEqual([from, to]);
    expect(await plans.whyItStays(await rowOf(text))).toBeNull();
  });
});

describe('a stop', () => {
  it('is answered as soon as it is seen, without a sweep', async () => {
    const [id = ''] = await wait({});
    failOver.jobs();
    services.stops.learn(from, 131037, 'locked', null);
    await services.stops.refresh();
    await until(async () => (await numbersOf([id]))[0] === to);
  });
});
