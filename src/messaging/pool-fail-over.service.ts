import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { personForms } from '../core/consent/person-forms.js';
import { learn } from '../core/delivery/message-lifecycle.js';
import type { Stop } from '../core/limits/stop.js';
import type { Stay } from '../core/pools/fail-over.js';
import { Db } from '../platform/db/db.js';
import type { Job } from '../platform/jobs/job-runner.js';
import { claimRun, endRun } from '../platform/jobs/jobs.store.js';
import { Runtime } from '../platform/runtime.js';
import { StopsService } from '../rate-limit/stops.service.js';
import { LaneSchedule } from './lane-schedule.js';
import { lockMessages, writeChanges } from './message-changes.store.js';
import { OutboxSignal } from './outbox-signal.js';
import { PoolMovePlans } from './pool-move-plans.js';
import * as store from './pool-moves.store.js';
import { keepPoolSenders } from './pool-senders.store.js';

const JOB = 'fail-over-pools';

/** How soon a number that was lost without a stop is noticed: one that Meta disconnected, or that left its pool. */
const SWEEP_EVERY_MS = 5000;

/** A sweep that takes longer is taken for dead. */
const MOST_MS = 120_000;

/** It stops before, and the next one goes on. */
const SWEEP_MOST_MS = 30_000;

/** People, and messages of theirs, of one transaction: a few milliseconds of locks. */
const PEOPLE = 200;
const MESSAGES = 1000;

/**
 * A queue from which nothing could move, and that took so long to look through, is left alone for a while: replies may wait
 * there for weeks.
 */
const REST = { fromMs: 500, factor: 20, mostMs: 60_000 };

/** What a sweep found and did. */
interface Tally {
  moved: number;
  readonly stayed: Map<Stay, number>;
}

/**
 * Gives what waits on a number that is lost to another number of its pool, so that nobody waits for a number that will
 * not send for long, and nobody hears anything twice. What is lost, and what may move, is decided in `core/pools`.
 */
@Injectable()
export class PoolFailOverService {
  private readonly moved: Counter<'cause'>;
  /** Queues in which nothing could move, and until when nobody looks through them again. */
  private readonly restUntilMs = new Map<string, number>();
  /** Up to whom a sweep came in a queue that it had no time to look through. */
  private readonly cameTo = new Map<string, string>();

  constructor(
    private readonly db: Db,
    private readonly stops: StopsService,
    private readonly plans: PoolMovePlans,
    private readonly schedule: LaneSchedule,
    private readonly outbox: OutboxSignal,
    private readonly runtime: Runtime,
  ) {
    this.moved = runtime.metrics.counter(
      'heliograph_pool_moves_total',
      'Messages given to another number of their pool, by what became of their own.',
      ['cause'],
    );
  }

  /** The sweep, for the runner; and from now on each stop that begins is answered at once. */
  jobs(): readonly Job[] {
    this.stops.listen(() => void this.answerStop());
    return [{ name: JOB, everyMs: SWEEP_EVERY_MS, run: () => this.sweep() }];
  }

  /** Looks through the queues of all pools, and moves what is to move. May run beside another: messages are locked. */
  async sweep(): Promise<void> {
    const queues = await store.listPoolQueues(this.db);
    if (queues.length === 0) return;
    const stops = await this.stops.readAll();
    const untilMs = this.runtime.clock.monotonicMs() + SWEEP_MOST_MS;
    for (const queue of queues) {
      const isLost = this.plans.lossesOf(queue, stops).length > 0;
      if (!isLost || this.plans.successorsOf(queue, stops).length === 0 || this.isResting(queue)) continue;
      await this.empty(queue, stops, untilMs);
    }
  }

  private isResting(queue: store.PoolQueueRow): boolean {
    return (this.restUntilMs.get(nameOf(queue)) ?? Number.NEGATIVE_INFINITY) > this.runtime.clock.monotonicMs();
  }

  private async answerStop(): Promise<void> {
    try {
      if (!(await claimRun(this.db, { name: JOB, everyMs: 0, mostMs: MOST_MS }))) return;
      await this.sweep().finally(() => endRun(this.db, JOB));
    } catch (err) {
      this.runtime.logger.warn({ err }, 'what waits on a number that was stopped will be moved by the next sweep');
    }
  }

  /** Moves what waits in one queue, people by people. */
  private async empty(queue: store.PoolQueueRow, stops: readonly Stop[], untilMs: number): Promise<void> {
    const startMs = this.runtime.clock.monotonicMs();
    const tally: Tally = { moved: 0, stayed: new Map() };
    const [key, name] = [keyOf(queue), nameOf(queue)];
    let after = this.cameTo.get(name) ?? '';
    this.cameTo.delete(name);
    for (;;) {
      const people = upTo(MESSAGES, await store.listWaitingPeople(this.db, { ...key, after, limit: PEOPLE }));
      const last = people.at(-1);
      if (last === undefined) break;
      const { moved, isFull } = await this.movePeople(queue, stops, people.flatMap(personForms), tally);
      // More waits of one person than one transaction takes: the rest first, for as long as that gets on.
      if (!isFull || moved === 0) after = last;
      if (this.runtime.clock.monotonicMs() > untilMs) {
        this.cameTo.set(name, after);
        break;
      }
    }
    const nowMs = this.runtime.clock.monotonicMs();
    const tookMs = nowMs - startMs;
    if (tally.moved > 0 || tookMs < REST.fromMs) this.restUntilMs.delete(name);
    else this.restUntilMs.set(name, nowMs + Math.min(REST.mostMs, tookMs * REST.factor));
    if (tally.moved > 0) this.tell(queue, stops, tally);
  }

  private tell(queue: store.PoolQueueRow, stops: readonly Stop[], tally: Tally): void {
    const { pool_id, phone_number_id } = queue;
    const stayed = Object.fromEntries(tally.stayed);
    this.runtime.logger.warn(
      {
        pool_id,
        phone_number_id,
        causes: this.plans.lossesOf(queue, stops).map((l) => l.cause),
        moved: tally.moved,
        stayed,
      },
      'messages moved to other numbers of their pool',
    );
  }

  /** One transaction: what waits of these people is locked, judged, and moved with its events and its people’s number. */
  private async movePeople(
    queue: store.PoolQueueRow,
    stops: readonly Stop[],
    people: readonly string[],
    tally: Tally,
  ): Promise<{ readonly moved: number; readonly isFull: boolean }> {
    const key = keyOf(queue);
    // A look without locks first: most of what does not move today does not move tomorrow.
    const seen = await store.readPooled(this.db, { ...key, people });
    const outlook = await this.plans.plan(this.db, { queue, stops, rows: seen, held: [] });
    if (outlook.moves.length === 0) {
      count(tally, outlook.stays);
      return { moved: 0, isFull: false };
    }
    const done = await this.db.transaction(async (tx) => {
      const { ids, held, isFull } = await store.lockWaiting(tx, { ...key, people, limit: MESSAGES });
      if (ids.length === 0) return { changes: [], stays: new Map<string, Stay>(), isFull };
      const { now, messages } = await lockMessages(tx, { ids });
      // Read after the locks were taken, so that no attempt is missed which was committed meanwhile.
      const rows = await store.readPooled(tx, { ...key, people, ids });
      const plan = await this.plans.plan(tx, { queue, stops, rows, held });
      const types = new Map(rows.map((row) => [row.id, row.type]));
      const byId = new Map(plan.moves.map((move) => [move.id, move]));
      const changes = messages.flatMap((before) => {
        const move = byId.get(before.id);
        const loss = this.plans.lossOf(queue, types.get(before.id) ?? '', stops);
        if (move === undefined || loss === null) return [];
        const fact = { kind: 'moved', from: queue.phone_number_id, to: move.to, ...loss } as const;
        const learned = learn(before.record, fact, now);
        return learned.events.length === 0 ? [] : [{ before, learned, move, cause: loss.cause }];
      });
      if (changes.length > 0) {
        await store.giveToNumbers(
          tx,
          changes.map((c) => c.move),
        );
        await writeChanges(tx, changes, this.runtime.publishesEvents);
        const chosen = changes.map(({ move }) => ({ ...key, person: move.person, phoneNumberId: move.to }));
        await keepPoolSenders(tx, queue.portfolio_id, chosen);
      }
      return { changes, stays: plan.stays, isFull };
    });
    for (const { cause, move } of done.changes) {
      this.moved.inc({ cause });
      this.schedule.wake(move.to);
    }
    count(tally, done.stays);
    tally.moved += done.changes.length;
    if (done.changes.length > 0) this.outbox.raise();
    return { moved: done.changes.length, isFull: done.isFull };
  }
}

/** The first people, until so many messages are theirs; one at least. */
function upTo(messages: number, people: readonly { readonly recipient: string; readonly waiting: number }[]): string[] {
  const taken: string[] = [];
  let sum = 0;
  for (const { recipient, waiting } of people) {
    sum += waiting;
    if (sum > messages && taken.length > 0) break;
    taken.push(recipient);
  }
  return taken;
}

function count(tally: Tally, stays: ReadonlyMap<string, Stay>): void {
  for (const stay of stays.values()) tally.stayed.set(stay, (tally.stayed.get(stay) ?? 0) + 1);
}

function nameOf(queue: store.PoolQueueRow): string {
  return `${queue.pool_id} ${queue.phone_number_id}`;
}

function keyOf(queue: store.PoolQueueRow): store.PoolQueueKey {
  return { poolId: queue.pool_id, phoneNumberId: queue.phone_number_id };
}
