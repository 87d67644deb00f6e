import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { classifyOutcome, type Outcome } from '../../src/core/delivery/classify-outcome.js';
import { reactionTo } from '../../src/core/meta-errors/meta-error-table.js';
import type { LaneKeeper } from '../../src/messaging/lane-keeper.js';
import { armMessages } from '../../src/messaging/send-queue.store.js';
import type { Candidate } from '../../src/rate-limit/rate-limit.service.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { aRecipient } from '../support/factories.js';
import { answered, aPortfolio, type PortfolioRows, store, tell } from '../support/rows.js';
import { Services } from '../support/services.js';
import { TestClock } from '../support/test-clock.js';

/** A process with lanes of its own. */
interface Worker {
  readonly keeper: LaneKeeper;
  readonly limits: Services['limits'];
}

const SECOND_MS = 1000;
const refusal = (code: number) =>
  classifyOutcome({ kind: 'answer', httpStatus: 400, body: { error: { message: 'refused', code } } });
const PAIR_REFUSED = refusal(131056);
const TOO_FAST = refusal(130429);

let database: TestDatabase;
let portfolio: PortfolioRows;

beforeAll(async () => {
  database = await freshDatabase();
});

beforeEach(async () => {
  portfolio = await aPortfolio(database.db, 2);
});

/** A worker that has taken every lane which nobody holds. */
async function aWorkerThatTakesAll(): Promise<Worker> {
  const services = new Services(database, { LEASE_MS: '100000' });
  await services.accounts.refresh();
  const keeper = services.laneKeeper(new TestClock());
  await keeper.tend();
  return { keeper, limits: services.limits };
}

/** What a worker makes of a message. */
function admit({ limits }: Worker, over: Partial<Candidate> = {}) {
  const { phoneNumberId, wabaId, portfolioId } = portfolio;
  const message = {
    id: 'm',
    phoneNumberId,
    wabaId,
    portfolioId,
    recipient: aRecipient(),
    type: 'text',
    template: null,
  };
  return limits.admit({ ...message, expiresAtMs: null, isUrgent: false, ...over }, performance.now());
}

/** A message that Meta has refused `times` times because its recipient had too many, each time as soon as it was due. */
function refusedAsPair(worker: Worker, recipient: string, times: number, waitMs: number): Promise<string> {
  return refused(worker, PAIR_REFUSED, recipient, times, waitMs);
}

/** A message that Meta has refused once because the number was too fast. */
function refusedAsTooFast(worker: Worker, recipient: string): Promise<string> {
  return refused(worker, TOO_FAST, recipient, 1, 64 * SECOND_MS);
}

async function refused(
  { keeper }: Worker,
  outcome: Outcome,
  recipient: string,
  times: number,
  waitMs: number,
): Promise<string> {
  const [id = ''] = await store(database.db, portfolio, { recipient });
  for (let attempt = 1; attempt <= times; attempt += 1) {
    await database.db.run('update messages set due_at = now() where id = $1', [id]);
    await armMessages(database.db, { workerId: keeper.workerId, lanes: keeper.lanes(), ids: [id] });
    await tell(database.db, id, [answered(attempt, outcome, waitMs)]);
  }
  return id;
}

/** A worker hears from Meta what came of some files. */
function hearOfMedia({ limits }: Worker, came: 'taken' | 'failed', times: number): void {
  const code = came === 'taken' ? null : 131053;
  const reaction = code === null ? null : reactionTo(code);
  const news = { phoneNumberId: portfolio.phoneNumberId, type: 'image', template: null, code, reaction, usage: [] };
  for (let i = 0; i < times; i += 1) limits.hear(news);
}

/** A worker hears from Meta that it will not have the next messages of a number, with what the usage headers say. */
function hearRefusal({ limits }: Worker, code: number, regainInMs = 0): void {
  const { phoneNumberId, wabaId } = portfolio;
  const usage = regainInMs === 0 ? [] : [{ wabaId, percent: 100, regainInMs }];
  limits.hear({ phoneNumberId, type: 'text', template: null, code, reaction: reactionTo(code), usage });
}

/** For how long nothing goes on the number of a worker's, in milliseconds. */
function silenceOf({ limits }: Worker): number {
  const nowMs = performance.now();
  return (limits.limiter(portfolio.phoneNumberId)?.freeAtMs(nowMs) ?? Number.NaN) - nowMs;
}

/** A worker is not heard of any more, and its lease runs out. */
async function hang({ keeper }: Worker): Promise<void> {
  await database.db.run(`update workers set lease_until = now() - interval '1 second' where id = $1`, [
    keeper.workerId,
  ]);
}

describe('who takes a lane over', () => {
  it('sends nothing to a recipient before the message that Meta refused is due again, and to others at once', async () => {
    const before = await aWorkerThatTakesAll();
    const recipient = aRecipient();
    await refusedAsPair(before, recipient, 4, 64 * SECOND_MS);
    await before.keeper.leave();
    const heir = await aWorkerThatTakesAll();
    const nowMs = performance.now();
    const verdict = admit(heir, { recipient });
    expect(verdict).toMatchObject({ kind: 'wait', limit: 'pair' });
    const waitMs = (verdict.kind === 'wait' ? (verdict.untilMs ?? 0) : 0) - nowMs;
    expect(waitMs).toBeGreaterThan(40 * SECOND_MS);
    expect(waitMs).toBeLessThanOrEqual(65 * SECOND_MS);
    expect(admit(heir)).toEqual({ kind: 'go' });
  });

  it('and every process says so of the pair meanwhile, with the limit that it is', async () => {
    const before = await aWorkerThatTakesAll();
    const [recipient, other] = [aRecipient(), aRecipient()];
    await refusedAsPair(before, recipient, 4, 64 * SECOND_MS);
    await refusedAsTooFast(before, other);
    const services = new Services(database);
    await services.accounts.refresh();
    const { portfolioId, phoneNumberId } = portfolio;
    const tenant = { kind: 'tenant', portfolioId, keyId: 'k1', scopes: new Set(['*']) } as const;
    const asked = { id: 'm', phoneNumberId, type: 'text', template: null, isMarketing: false, expiresAtMs: null };
    const told = await services.asked().check(
      tenant,
      [recipient, other].map((to) => ({ ...asked, recipient: to })),
    );
    expect(told).toMatchObject([{ kind: 'wait', limit: 'pair' }, { kind: 'go' }]);
    const [verdict] = told;
    const untilMs = verdict?.kind === 'wait' ? (verdict.untilMs ?? 0) : 0;
    expect(untilMs - Date.now()).toBeGreaterThan(40 * SECOND_MS);
  });

  it('holds nobody because of a message that another number of its pool sends now', async () => {
    const before = await aWorkerThatTakesAll();
    const recipient = aRecipient();
    const id = await refusedAsPair(before, recipient, 4, 64 * SECOND_MS);
    const other = portfolio.phoneNumberIds[1] as string;
    await database.db.run('update messages set phone_number_id = $2 where id = $1', [id, other]);
    // What the first number owes the recipient is another matter.
    await database.db.run(`update attempts set armed_at = armed_at - interval '1 hour' where message_id = $1`, [id]);
    await before.keeper.leave();
    const heir = await aWorkerThatTakesAll();
    expect(admit(heir, { recipient })).toEqual({ kind: 'go' });
    expect(admit(heir, { recipient, phoneNumberId: other })).toEqual({ kind: 'go' });
  });

  it('pauses media for what is left of two hours when five files in a row had failed a moment before the end', async () => {
    const before = await aWorkerThatTakesAll();
    // It has told how its lanes stand in this second already, and does not live to see the next.
    await before.limits.tend([portfolio.phoneNumberId]);
    hearOfMedia(before, 'failed', 5);
    await before.limits.tend([]);
    await hang(before);
    const heir = await aWorkerThatTakesAll();
    const nowMs = performance.now();
    const verdict = admit(heir, { type: 'image' });
    expect(verdict).toMatchObject({ kind: 'wait', limit: 'media' });
    const waitMs = (verdict.kind === 'wait' ? (verdict.untilMs ?? 0) : 0) - nowMs;
    expect(waitMs).toBeGreaterThan(7_100 * SECOND_MS);
    expect(waitMs).toBeLessThanOrEqual(7_201 * SECOND_MS);
    expect(admit(heir)).toEqual({ kind: 'go' });
    expect(admit(heir, { type: 'image', phoneNumberId: portfolio.phoneNumberIds[1] as string })).toEqual({
      kind: 'go',
    });
  });

  it('waits for as long as Meta’s usage headers said, also when the owner before died a moment after it had heard', async () => {
    const before = await aWorkerThatTakesAll();
    // It has told how its lanes stand in this second already, and does not live to see the next.
    await before.limits.tend([portfolio.phoneNumberId]);
    hearRefusal(before, 80007, 30 * 60 * SECOND_MS);
    await before.limits.tend([]);
    await hang(before);
    const heir = await aWorkerThatTakesAll();
    expect(silenceOf(heir)).toBeGreaterThan(29 * 60 * SECOND_MS);
    expect(silenceOf(heir)).toBeLessThanOrEqual(30 * 60 * SECOND_MS);
    // The account is one, so its other number waits as well.
    const other = heir.limits.limiter(portfolio.phoneNumberIds[1] as string);
    expect(other?.pauseAt(performance.now())?.reason).toMatch(/calls of this hour are used up/);
  });

  it('sends at once when only the owner before did not reach Meta', async () => {
    const before = await aWorkerThatTakesAll();
    before.limits.backOff(portfolio.phoneNumberId);
    expect(silenceOf(before)).toBeGreaterThan(0);
    await before.limits.tend([portfolio.phoneNumberId]);
    await before.keeper.leave();
    expect(silenceOf(await aWorkerThatTakesAll())).toBe(0);
  });

  it('goes on at the rate that the owner before had given way to, and climbs from there', async () => {
    const before = await aWorkerThatTakesAll();
    const limiter = before.limits.limiter(portfolio.phoneNumberId);
    const level = limiter?.throughputMps ?? Number.NaN;
    for (let second = 0; second < 10; second += 1) limiter?.giveWay(second * SECOND_MS);
    await before.limits.tend([portfolio.phoneNumberId]);
    await hang(before);
    const heir = await aWorkerThatTakesAll();
    // 0.94 to the tenth, and perhaps a step since; the number beside it was refused nothing.
    expect((heir.limits.limiter(portfolio.phoneNumberId)?.currentMps ?? 0) / level).toBeCloseTo(0.54, 1);
    expect(heir.limits.limiter(portfolio.phoneNumberIds[1] as string)?.shareOfLevel).toBe(1);
  });

  it('goes on counting the files that failed in a row, also what failed last, and begins anew after one that was taken', async () => {
    const before = await aWorkerThatTakesAll();
    hearOfMedia(before, 'failed', 4);
    await before.keeper.leave();
    const heir = await aWorkerThatTakesAll();
    expect(admit(heir, { type: 'image' })).toEqual({ kind: 'go' });
    hearOfMedia(heir, 'taken', 1);
    hearOfMedia(heir, 'failed', 4);
    await heir.keeper.leave();
    const last = await aWorkerThatTakesAll();
    expect(admit(last, { type: 'image' })).toEqual({ kind: 'go' });
    hearOfMedia(last, 'failed', 1);
    expect(admit(last, { type: 'image' })).toMatchObject({ kind: 'wait', limit: 'media' });
  });
});
