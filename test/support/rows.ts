import { createHash, randomInt } from 'node:crypto';
import * as accounts from '../../src/accounts/accounts.store.js';
import type { Outcome } from '../../src/core/delivery/classify-outcome.js';
import type { Fact } from '../../src/core/delivery/message-lifecycle.js';
import { renewWorker, takeLanes } from '../../src/messaging/lanes.store.js';
import { learnAll } from '../../src/messaging/learn-all.js';
import { lockMessages, writeChanges } from '../../src/messaging/message-changes.store.js';
import { insertMessages, type NewMessage } from '../../src/messaging/messages.store.js';
import {
  type ArmedMessage,
  armMessages,
  type HeldLane,
  type QueueSlice,
} from '../../src/messaging/send-queue.store.js';
import { newId } from '../../src/platform/clock/ids.js';
import type { Db } from '../../src/platform/db/db.js';
import { SessionLock } from '../../src/platform/db/session-lock.js';
import { stopAtEnd } from './cleanup.js';
import { quiet, type TestDatabase } from './database.js';
import { aRecipient } from './factories.js';

/** A portfolio in the database. */
export interface PortfolioRows {
  readonly portfolioId: string;
  readonly businessId: string;
  readonly appId: string;
  readonly wabaId: string;
  readonly phoneNumberIds: readonly string[];
  /** The first number. */
  readonly phoneNumberId: string;
}

let metaIds = 100_000_000_000 + randomInt(1_000_000) * 1000;
const metaId = () => String(metaIds++);

/** Stores a portfolio with an app, an account, numbers and their lanes. */
export async function aPortfolio(db: Db, numbers = 1): Promise<PortfolioRows> {
  const businessId = metaId();
  const portfolioId = await accounts.upsertPortfolio(db, { id: newId(), businessId, name: `Portfolio ${businessId}` });
  const [appId, wabaId] = [metaId(), metaId()];
  await accounts.upsertApp(db, { id: newId(), portfolioId, appId, appSecrets: ['sealed'], verifyToken: 'sealed' });
  await accounts.upsertWaba(db, { wabaId, portfolioId, appId, accessToken: 'sealed', name: null });
  const phoneNumberIds = Array.from({ length: numbers }, metaId);
  for (const phoneNumberId of phoneNumberIds) {
    await accounts.upsertPhoneNumber(db, { phoneNumberId, portfolioId, wabaId, displayPhoneNumber: '+1 555 078 3881' });
  }
  return { portfolioId, businessId, appId, wabaId, phoneNumberIds, phoneNumberId: phoneNumberIds[0] as string };
}

/** A message ready to be stored; a text with priority 1, due now. */
export function aNewMessage(over: Partial<NewMessage> & { phoneNumberId: string }): NewMessage {
  return {
    id: newId(),
    pool: null,
    recipient: aRecipient(),
    recipientKind: 'phone',
    type: 'text',
    content: { body: 'Hello' },
    context: null,
    envelope: null,
    priority: 1,
    fairnessKey: '',
    onUnknown: 'hold',
    sendAt: null,
    expiresAt: null,
    callbackData: null,
    metadata: null,
    idempotencyKey: null,
    fingerprint: fingerprintOf('Hello'),
    ...over,
  };
}

/** What a request's meaning is known by. */
export function fingerprintOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Stores messages of a portfolio's first number and gives their ids, in their order. */
export async function store(db: Db, of: PortfolioRows, ...messages: Partial<NewMessage>[]): Promise<string[]> {
  const all = messages.map((over) => aNewMessage({ phoneNumberId: of.phoneNumberId, ...over }));
  await insertMessages(db, of.portfolioId, all, false);
  return all.map((m) => m.id);
}

/** All queues of a number whose messages name no fairness key, and those of some keys: so many of each. */
export function everyQueue(phoneNumberId: string, upTo: number, ...keys: string[]): QueueSlice[] {
  return ['', ...keys].flatMap((fairnessKey) =>
    [0, 1, 2].map((priority) => ({ phoneNumberId, priority, fairnessKey, upTo })),
  );
}

/** A worker that counts as alive: it has a lease, and a session that holds its lock. */
export interface WorkerRows {
  readonly id: string;
  /** Ends the session, as a death does. */
  die(): Promise<void>;
  /** Takes lanes. */
  take(upTo?: number): Promise<(HeldLane & { readonly taken_over: boolean })[]>;
  /** Arms messages on lanes that it holds. */
  arm(lanes: readonly HeldLane[], ids: readonly string[]): Promise<ArmedMessage[]>;
}

/** Makes one. Its session ends with the file at the latest. */
export async function aWorker({ url, db }: TestDatabase, leaseMs = 60_000): Promise<WorkerRows> {
  const id = newId();
  const lock = new SessionLock(url, randomInt(1, 2 ** 31 - 1), quiet);
  await lock.tryTake();
  const die = stopAtEnd('the session of a worker', () => lock.release());
  await renewWorker(db, { id, lockKey: lock.key, leaseMs });
  return {
    id,
    die,
    take: (upTo = 1000) => takeLanes(db, { workerId: id, upTo }),
    arm: (lanes, ids) => armMessages(db, { workerId: id, lanes, ids }),
  };
}

/** Lets a message learn facts and writes what came of it, as the service does. */
export async function tell(db: Db, id: string, facts: readonly Fact[], publish = false): Promise<void> {
  await db.transaction(async (tx) => {
    const { now, messages } = await lockMessages(tx, { ids: [id] });
    await writeChanges(
      tx,
      messages.map((before) => ({ before, learned: learnAll(before.record, facts, now) })),
      publish,
    );
  });
}

/** An answer of Meta's to an attempt. */
export function answered(attempt: number, outcome: Outcome, retryInMs = 0): Fact {
  return { kind: 'answered', attempt, outcome, httpStatus: 200, retryInMs };
}

/** The answer that a message was taken. */
export function accepted(wamid: string): Outcome {
  return { kind: 'accepted', wamid, waId: null, held: false };
}

/** The answer that nobody can tell. */
export function unknown(): Outcome {
  return {
    kind: 'unknown',
    error: { code: null, subcode: null, title: 'ECONNRESET', details: null, fbtrace_id: null },
  };
}

/** A report of Meta's. */
export function reported(status: string, wamid: string, attempt: number | null = null): Fact {
  const report = { status, at: new Date(), errors: [], pricing: null, conversation: null };
  return { kind: 'reported', attempt, wamid, report, inferred: false };
}
