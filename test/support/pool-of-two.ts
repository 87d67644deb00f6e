import { insertPool } from '../../src/accounts/pools.store.js';
import { LaneSchedule } from '../../src/messaging/lane-schedule.js';
import type { NewMessage } from '../../src/messaging/messages.store.js';
import { OutboxSignal } from '../../src/messaging/outbox-signal.js';
import { PoolFailOverService } from '../../src/messaging/pool-fail-over.service.js';
import { PoolMovePlans } from '../../src/messaging/pool-move-plans.js';
import { PoolSendersService } from '../../src/messaging/pool-senders.service.js';
import type { HeldLane } from '../../src/messaging/send-queue.store.js';
import { newId } from '../../src/platform/clock/ids.js';
import type { Db } from '../../src/platform/db/db.js';
import { FullHoursService } from '../../src/rate-limit/full-hours.service.js';
import { insertStops, type NewStop } from '../../src/rate-limit/stops.store.js';
import { TemplateDirectoryService } from '../../src/templates/template-directory.service.js';
import type { TestDatabase } from './database.js';
import { aRecipient } from './factories.js';
import { aPortfolio, aWorker, type PortfolioRows, store, type WorkerRows } from './rows.js';
import { Services } from './services.js';

/** A process of its own that moves what waits on a number that is lost. */
export interface Mover {
  readonly failOver: PoolFailOverService;
  readonly plans: PoolMovePlans;
  readonly directory: TemplateDirectoryService;
}

/** A pool of two numbers, and a worker that owns the lanes of both: what waits on the first one may have to move to the second. */
export interface PoolOfTwo {
  readonly of: PortfolioRows;
  readonly poolId: string;
  readonly from: string;
  readonly to: string;
  readonly services: Services;
  readonly worker: WorkerRows;
  /** Of both numbers. */
  readonly lanes: HeldLane[];
  /** A process that moves messages; over a database of its own where something happens in between. */
  mover(over?: Db): Mover;
  /** Stores what the pool gave to the first number: templates to new people, unless told otherwise. Gives the ids. */
  wait(...messages: Partial<NewMessage>[]): Promise<string[]>;
  /** Stops the first number, unless told otherwise. */
  stop(over?: Partial<NewStop>): Promise<void>;
}

const TEMPLATE = { type: 'template', content: { name: 'offer', language: { code: 'en_US' } } };

/** Makes one in a database, with a portfolio of its own. */
export async function aPoolOfTwo(database: TestDatabase): Promise<PoolOfTwo> {
  const { db } = database;
  const of = await aPortfolio(db, 2);
  const { portfolioId } = of;
  const [from = '', to = ''] = of.phoneNumberIds;
  const services = new Services(database);
  await services.accounts.refresh();
  const poolId = newId();
  await insertPool(db, { id: poolId, portfolioId, name: poolId, phone_number_ids: [from, to], by: 'test' });
  const worker = await aWorker(database);
  const stopOfNumber = { scope: 'number', scopeId: from, stops: 'all', code: 131037 } as const;
  return {
    of,
    poolId,
    from,
    to,
    services,
    worker,
    lanes: await worker.take(),
    mover: (over = db) => aMover(services, over),
    wait: (...messages) => {
      const pooled = messages.map((message) => {
        const recipient = message.recipient ?? aRecipient();
        return { ...TEMPLATE, ...message, recipient, pool: { poolId, person: recipient, isNew: true } };
      });
      return store(db, of, ...pooled);
    },
    stop: async (over = {}) => {
      const stop = { ...stopOfNumber, portfolioId, reason: 'locked', endsAfterMs: null, ...over };
      await insertStops(db, [stop], false);
    },
  };
}

function aMover({ accounts, stops, runtime }: Services, db: Db): Mover {
  const directory = new TemplateDirectoryService(db, accounts, runtime);
  const senders = new PoolSendersService(db, accounts, stops, new FullHoursService(db, runtime), runtime);
  const plans = new PoolMovePlans(db, accounts, stops, directory, senders, runtime);
  const schedule = new LaneSchedule(runtime.clock);
  const failOver = new PoolFailOverService(db, stops, plans, schedule, new OutboxSignal(), runtime);
  return { failOver, plans, directory };
}
