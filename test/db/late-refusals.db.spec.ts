import { beforeEach, describe, expect, it } from '@jest/globals';
import { type LateRefusal, LateRefusalsService } from '../../src/rate-limit/late-refusals.service.js';
import { releaseStop, stopsInForce } from '../../src/rate-limit/stops.store.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { aPortfolio, aWorker, type PortfolioRows, store } from '../support/rows.js';
import { Services } from '../support/services.js';
import { TestClock } from '../support/test-clock.js';
import { until } from '../support/until.js';

const MINUTE_MS = 60_000;

let database: TestDatabase;
let of: PortfolioRows;
let services: Services;

beforeEach(async () => {
  database ??= await freshDatabase();
  of = await aPortfolio(database.db, 2);
  services = new Services(database);
  await services.accounts.refresh();
});

const ago = (minutes: number) => new Date(Date.now() - minutes * MINUTE_MS);
const refusal = (code: number, over: Partial<LateRefusal> = {}): LateRefusal => ({
  portfolioId: of.portfolioId,
  phoneNumberId: of.phoneNumberId,
  template: null,
  code,
  sentAt: ago(1),
  failedAt: ago(0),
  ...over,
});
const hear = (...refusals: LateRefusal[]) =>
  database.db.transaction((tx) => new LateRefusalsService(services.stops, services.runtime).heard(tx, refusals));
const inForce = async () => (await stopsInForce(database.db)).filter((stop) => stop.portfolio_id === of.portfolioId);
const release = async () => {
  for (const { id } of await inForce()) {
    await database.db.transaction((tx) => releaseStop(tx, { portfolioId: of.portfolioId, id, by: 'a test' }, false));
  }
};

describe('what Meta refuses after it has taken it', () => {
  it('stops what the same code stops in an answer, once for all messages, and says so in an event', async () => {
    await hear(...Array.from({ length: 500 }, () => refusal(131042)), refusal(131048));
    const stops = (await inForce()).map(({ scope, scope_id, stops, code, reason }) => [
      scope,
      scope_id,
      stops,
      code,
      reason,
    ]);
    expect(stops.sort()).toEqual([
      ['number', of.phoneNumberId, 'templates', 131048, 'Spam rate limit hit'],
      ['waba', of.wabaId, 'templates', 131042, 'Business eligibility payment issue'],
    ]);
    const told = await database.db.rows<{ type: string }>(
      `select type from message_events where portfolio_id = $1 and aggregate = 'rate_limit'`,
      [of.portfolioId],
    );
    expect(told.map((event) => event.type)).toEqual(['stopped', 'stopped']);
  });

  it('stops every process within its next look, also those that did not hear of it', async () => {
    await hear(refusal(131031));
    const other = new Services(database);
    await other.accounts.refresh();
    await other.stops.tend();
    expect(other.stops.stopsOf(of.phoneNumberIds[1] as string).map((stop) => stop.code)).toEqual([131031]);
  });

  it('stops the template that its message was made from, and nothing when it was of none', async () => {
    await hear(refusal(132015, { template: 'spring' }), refusal(132016));
    expect((await inForce()).map((stop) => [stop.scope, stop.scope_id, stop.code])).toEqual([
      ['template', `${of.wabaId}/spring`, 132015],
    ]);
  });

  /** Sends messages and applies a webhook that says at some time that each of them failed. */
  async function failed(messages: Parameters<typeof store>[2][], code: number, at: Date): Promise<void> {
    const ids = await store(database.db, of, ...messages);
    const worker = await aWorker(database);
    await worker.arm(await worker.take(), ids);
    await worker.die();
    const errors = [{ code, title: 'Refused', message: null, details: null, href: null }];
    const report = { status: 'failed', at, errors, pricing: null, conversation: null };
    const reports = ids.map((messageId) => {
      const { portfolioId, phoneNumberId } = of;
      const known = { messageId, attempt: 1, portfolioId, phoneNumberId, recipientId: null, inferred: false };
      return { ...known, wamid: `wamid.${messageId}`, report };
    });
    await database.db.transaction((tx) => services.delivery.applyReports(tx, reports));
  }
  const flow = { type: 'interactive', content: { type: 'flow' } };
  const spring = { type: 'template', content: { name: 'spring', language: { code: 'en' } } };

  it('stops no template when it was a flow, which is of none, and the template that it was of', async () => {
    await failed([flow, spring], 132068, new Date());
    expect((await inForce()).map((stop) => stop.scope_id)).toEqual([`${of.wabaId}/spring`]);
  });

  it('is of now when Meta dates it into the future, or further back than it redelivers, and hours old when it says so', async () => {
    await failed([spring], 131031, ago(-90));
    await failed([spring], 131042, new Date('2017-09-08T20:36:28Z'));
    await failed([spring], 131048, ago(61));
    expect((await inForce()).map((stop) => stop.code).sort()).toEqual([131031, 131042]);
  });

  it('stops nothing for codes that are of one message, or of a number that is not known', async () => {
    await hear(refusal(131026), refusal(131049), refusal(470), refusal(131031, { phoneNumberId: '1' }));
    expect(await inForce()).toEqual([]);
  });

  it('stops nothing again for messages that were sent before somebody released it, and does for later ones', async () => {
    await hear(refusal(131042));
    await release();
    await hear(refusal(131042, { sentAt: ago(2) }), refusal(131042));
    expect(await inForce()).toEqual([]);
    await hear(refusal(131042, { sentAt: ago(2) }), refusal(131042, { sentAt: new Date(Date.now() + 1000) }));
    expect(await inForce()).toHaveLength(1);
  });

  it('stops nothing when Meta refused it hours ago', async () => {
    await hear(refusal(131031, { sentAt: ago(90), failedAt: ago(61) }));
    expect(await inForce()).toEqual([]);
    await hear(refusal(131031, { sentAt: ago(90), failedAt: ago(59) }));
    expect(await inForce()).toHaveLength(1);
  });

  it('stops what ends by itself until that time after it was refused, and not at all when that is over', async () => {
    await hear(refusal(134101, { template: 'spring', failedAt: ago(11) }));
    expect(await inForce()).toEqual([]);
    await hear(
      refusal(134101, { template: 'spring', failedAt: ago(9) }),
      refusal(134101, { template: 'spring', failedAt: ago(4) }),
    );
    const [stop] = await inForce();
    expect((stop?.until?.getTime() ?? 0) - Date.now()).toBeGreaterThan(5 * MINUTE_MS);
    expect((stop?.until?.getTime() ?? 0) - Date.now()).toBeLessThanOrEqual(6 * MINUTE_MS);
  });

  it('stops nothing after Meta said that it may go on, although nothing had been stopped by then', async () => {
    const signal = { portfolioId: of.portfolioId, scope: 'waba', scopeId: of.wabaId, codes: [368, 131031] } as const;
    await database.db.transaction((tx) => services.stops.remember(tx, [{ ...signal, by: 'Meta', at: ago(1) }]));
    await hear(refusal(131031, { sentAt: ago(2) }), refusal(131042, { sentAt: ago(2) }));
    expect((await inForce()).map((stop) => stop.code)).toEqual([131042]);
    await hear(refusal(131031, { sentAt: ago(0) }));
    expect((await inForce()).map((stop) => stop.code).sort()).toEqual([131031, 131042]);
  });
});

describe('what Meta refuses for the rate of a number after it has taken it', () => {
  /** A worker that has taken every lane, some time after it began. */
  async function aSender() {
    const keeper = services.laneKeeper(new TestClock());
    await keeper.tend();
    return services.limits;
  }
  const limiters = () => of.phoneNumberIds.map((id) => services.limits.limiter(id));

  it('makes the number give way once, however many messages it was, whoever heard of it', async () => {
    const limits = await aSender();
    const other = new Services(database);
    await other.accounts.refresh();
    const level = limiters()[0]?.currentMps ?? Number.NaN;
    await database.db.transaction((tx) =>
      new LateRefusalsService(other.stops, other.runtime).heard(
        tx,
        Array.from({ length: 40 }, () => refusal(130429, { sentAt: new Date() })),
      ),
    );
    await limits.tend(of.phoneNumberIds);
    expect(limiters().map((limiter) => limiter?.currentMps)).toEqual([Math.round(level * 0.94), level]);
    expect(await database.db.rows('select from late_refusals where portfolio_id = $1', [of.portfolioId])).toEqual([]);
  });

  it('changes nothing when the message was sent before the number last gave way, or a minute ago', async () => {
    const limits = await aSender();
    limiters()[0]?.giveWay(performance.now());
    await hear(
      refusal(130429, { sentAt: new Date(Date.now() - 5000) }),
      refusal(130429, { phoneNumberId: of.phoneNumberIds[1] as string, sentAt: ago(1.1) }),
    );
    await limits.tend(of.phoneNumberIds);
    expect(limiters().map((limiter) => limiter?.shareOfLevel)).toEqual([0.94, 1]);
  });

  it('is no step of an escalation, however long statuses trickle in', async () => {
    const limits = await aSender();
    await database.db.run(
      `insert into rate_limit_policies (portfolio_id, phone_number_id, escalation, changed_by) values ($1, $2, 'guide', 'a test')`,
      [of.portfolioId, of.phoneNumberId],
    );
    for (let second = 0; second < 5; second += 1) {
      await hear(refusal(130429, { sentAt: new Date() }));
      await until(async () => {
        await limits.tend(of.phoneNumberIds);
        const rows = await database.db.rows('select from late_refusals where portfolio_id = $1', [of.portfolioId]);
        return rows.length === 0;
      });
    }
    expect(await inForce()).toEqual([]);
    expect(limiters()[0]?.shareOfLevel).toBeLessThan(0.8);
  });

  it('pauses a number that is in maintenance, from when the message was sent', async () => {
    const limits = await aSender();
    await hear(
      refusal(131057, { sentAt: new Date(Date.now() - 1000) }),
      refusal(131057, { phoneNumberId: of.phoneNumberIds[1] as string, sentAt: new Date(Date.now() - 6000) }),
    );
    await limits.tend(of.phoneNumberIds);
    const reasons = limiters().map((limiter) => limiter?.pauseAt(performance.now())?.reason);
    expect(reasons).toEqual(['Account in maintenance mode', undefined]);
  });
});
