import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayError } from '../../src/core/gateway-error.js';
import type { Tenant } from '../../src/platform/auth/principal.js';
import type { Db } from '../../src/platform/db/db.js';
import { IdempotentCalls } from '../../src/platform/idempotency/idempotent-calls.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { aPortfolio } from '../support/rows.js';
import { aRuntime } from '../support/runtime.js';

const MINUTE_MS = 60_000;

let database: TestDatabase;
let db: Db;
let calls: IdempotentCalls;
let tenant: Tenant;
/** What was done, in order. */
let done: string[];

beforeAll(async () => {
  database = await freshDatabase();
  ({ db } = database);
  calls = new IdempotentCalls(db, aRuntime({ DATABASE_URL: database.url }));
});

beforeEach(async () => {
  tenant = aTenant((await aPortfolio(db)).portfolioId);
  done = [];
});

const aTenant = (portfolioId: string): Tenant => ({
  kind: 'tenant',
  portfolioId,
  keyId: 'k1',
  scopes: new Set(['*']),
});
const call = (request: unknown = { name: 'a' }, over: object = {}) => ({
  tenant,
  operation: 'things.create',
  key: 'key-1',
  request,
  ...over,
});
const does = (what: string) => async () => {
  done.push(what);
  return { what, none: null };
};
const fails = (error: Error) => async (): Promise<{ what: string }> => {
  done.push('failed');
  throw error;
};
/** Work that ends when it is told to. */
function aLongOne() {
  let end: () => void = () => undefined;
  let begin: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const work = async () => {
    begin();
    await ended;
    return does('long')();
  };
  return { work, begun, end: () => end() };
}

describe('a call whose effect is elsewhere', () => {
  const once = (work: () => Promise<object>, of = call(), mostMs = MINUTE_MS) => calls.once(of, mostMs, work);

  it('is done once under its key and answered alike, however its request is written', async () => {
    const first = await once(does('first'), call({ a: 1, b: [2] }));
    expect(await once(does('second'), call({ b: [2], a: 1 }))).toEqual(first);
    expect(done).toEqual(['first']);
  });

  it('is done each time without a key', async () => {
    await once(does('first'), call({}, { key: null }));
    await once(does('second'), call({}, { key: null }));
    expect(done).toEqual(['first', 'second']);
  });

  it('shares its key with no other tenant and no other operation', async () => {
    const other = aTenant((await aPortfolio(db)).portfolioId);
    await once(does('ours'));
    await once(does('theirs'), call({ name: 'b' }, { tenant: other }));
    await once(does('else'), call({ name: 'b' }, { operation: 'others.create' }));
    expect(done).toEqual(['ours', 'theirs', 'else']);
  });

  it('is refused with another request under its key, while it runs and after', async () => {
    const { work, begun, end } = aLongOne();
    const running = once(work);
    await begun;
    await expect(once(does('other'), call({ name: 'b' }))).rejects.toMatchObject({ code: 'idempotency_mismatch' });
    end();
    await running;
    await expect(once(does('other'), call({ name: 'b' }))).rejects.toMatchObject({ code: 'idempotency_mismatch' });
    expect(done).toEqual(['long']);
  });

  it('is told to come again while it runs, and answered once it has ended', async () => {
    const { work, begun, end } = aLongOne();
    const running = once(work);
    await begun;
    await expect(once(does('twin'))).rejects.toMatchObject({ code: 'already_running', retryAfterMs: 1000 });
    end();
    const answer = await running;
    expect(await once(does('twin'))).toEqual(answer);
    expect(done).toEqual(['long']);
  });

  it('frees its key by an error with which nothing was done', async () => {
    const refused = once(fails(new GatewayError('invalid_request', 'no')));
    await expect(refused).rejects.toMatchObject({ code: 'invalid_request' });
    await once(does('another'), call({ name: 'b' }));
    expect(done).toEqual(['failed', 'another']);
  });

  it.each([
    ['an error of Meta’s', new GatewayError('meta_unavailable', 'nobody knows')],
    ['an error of ours', new Error('a bug')],
  ])('keeps its key for the same request after %s', async (_, error) => {
    await expect(once(fails(error))).rejects.toBe(error);
    await expect(once(does('other'), call({ name: 'b' }))).rejects.toMatchObject({ code: 'idempotency_mismatch' });
    expect(await once(does('again'))).toMatchObject({ what: 'again' });
    expect(done).toEqual(['failed', 'again']);
  });

  it('is done again after its process died, and the answer of who comes back late changes nothing', async () => {
    const { work, begun, end } = aLongOne();
    const late = once(work, call(), 0);
    await begun;
    const second = await once(does('second'));
    end();
    expect(await late).toMatchObject({ what: 'long' });
    expect(await once(does('third'))).toEqual(second);
    expect(done).toEqual(['second', 'long']);
  });
});

describe('a call whose effect is in the database', () => {
  const onceWithin = (work: (note: () => Promise<void>) => Promise<object>, of = call()) =>
    db.asTenant(tenant.portfolioId, (tx) =>
      calls.onceWithin(tx, of, () =>
        work(async () => {
          await tx.run(
            `insert into pools (id, portfolio_id, name, phone_number_ids, changed_by)
             values (gen_random_uuid(), $1, gen_random_uuid()::text, '{1}', 'nobody')`,
            [tenant.portfolioId],
          );
        }),
      ),
    );
  const effects = async () => (await db.rows(`select from pools where portfolio_id = $1`, [tenant.portfolioId])).length;

  it('is done once by racers, who get one answer', async () => {
    const racer = (n: number) =>
      onceWithin(async (note) => {
        await note();
        return { n };
      });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => racer(n)));
    expect(new Set(answers.map((a) => JSON.stringify(a))).size).toBe(1);
    expect(await effects()).toBe(1);
  });

  it('takes its key back with its effect when it fails', async () => {
    const failing = onceWithin(async (note) => {
      await note();
      throw new Error('a bug');
    });
    await expect(failing).rejects.toThrow('a bug');
    expect(await effects()).toBe(0);
    expect(await onceWithin(async () => ({ n: 2 }), call({ name: 'b' }))).toEqual({ n: 2 });
  });

  it('is refused with another request under its key', async () => {
    await onceWithin(async () => ({ n: 1 }));
    const other = onceWithin(async () => ({ n: 2 }), call({ name: 'b' }));
    await expect(other).rejects.toMatchObject({ code: 'idempotency_mismatch' });
  });
});
