import { Injectable } from '@nestjs/common';
import type { Gauge } from 'prom-client';
import { AccountsService } from '../accounts/accounts.service.js';
import { personKey } from '../core/consent/person-key.js';
import { groupBy } from '../core/group-by.js';
import type { Held } from '../core/limits/admit.js';
import {
  countsAsOpening,
  isRaised,
  type MessagingAllowance,
  messagingAllowance,
  supersedes,
} from '../core/limits/messaging-limit.js';
import { stopOf } from '../core/limits/stop.js';
import { Db } from '../platform/db/db.js';
import type { Queryable } from '../platform/db/queryable.js';
import { Every } from '../platform/lifecycle/worker-loop.js';
import { Runtime } from '../platform/runtime.js';
import * as store from './messaging-limit.store.js';
import { StopsService } from './stops.service.js';

/** A message as far as the messaging limit goes. */
export interface MessageToPerson {
  readonly id: string;
  readonly phoneNumberId: string;
  readonly recipient: string;
  readonly type: string;
  readonly template: string | null;
}

/** What Meta said of a portfolio's limit. */
export interface LimitNews {
  readonly portfolioId: string;
  readonly tier: string;
  /** By the database's clock. */
  readonly asOf: Date;
}

/** How a portfolio stands with its limit. */
export interface MessagingStanding {
  readonly tier: string | null;
  readonly allowance: MessagingAllowance;
  readonly asOf: Date | null;
  readonly used: number;
  readonly firstInMs: number | null;
  readonly lastInMs: number | null;
}

/** How often the limits are read again. */
const REFRESH_MS = 1000;

/** Places are made as they are needed, so many at once: a limit of 100,000 costs nothing until it is used. */
const PLACES_AT_ONCE = 1000;

/** Other limits put a message off for a minute at most; whatever waits for longer waits for people to be forgotten. */
const LONGER_THAN_OTHERS_MS = 120_000;

/** How long after a limit has risen messages may still be put off by the old one, with a margin. */
const WAKE_FOR_MS = 5000;

/** Least time for which a message is put off: places become free one by one, and asking for each would be too much. */
const LEAST_WAIT_MS = 1000;

const NOBODY: ReadonlyMap<string, Held> = new Map();

/**
 * Keeps the messaging limit of each portfolio: how many different people it may write to of its own accord in a moving
 * day. The places of those people are in PostgreSQL, because all numbers of a portfolio share them and any worker may own
 * any of its lanes (docs/adr/0022). Nothing is asked for portfolios without a limit.
 */
@Injectable()
export class MessagingLimitService {
  private limits: ReadonlyMap<string, store.MessagingLimitRow> = new Map();
  /** Portfolios that have all their places, and for which limit. */
  private readonly complete = new Map<string, string>();
  /** Portfolios whose limit has risen, and until when those who wait are woken. */
  private readonly raised = new Map<string, number>();
  private readonly refreshing: Every;
  private readonly following: Every;
  private latest: Promise<void> | null = null;
  private readonly known: Gauge<'limit'>;

  constructor(
    private readonly db: Db,
    private readonly accounts: AccountsService,
    private readonly stops: StopsService,
    private readonly runtime: Runtime,
  ) {
    this.refreshing = new Every(REFRESH_MS, runtime.clock);
    this.following = new Every(REFRESH_MS, runtime.clock);
    this.known = runtime.metrics.gauge(
      'heliograph_messaging_limits',
      'Portfolios by what is known of their messaging limit.',
      ['limit'],
    );
  }

  /**
   * Gives the people of some messages their places, right before these are armed. Answers those that must wait, by
   * message, with monotonic instants: one statement for a round, none when no limit concerns it.
   */
  async claim(messages: readonly MessageToPerson[]): Promise<ReadonlyMap<string, Held>> {
    await this.keepUpToDate(this.db);
    const concerned = messages.flatMap((message) => this.claimOf(message) ?? []);
    if (concerned.length === 0) return NOBODY;
    await this.beginCounting(concerned);
    const refused = await this.claimPlaces(concerned);
    const nowMs = this.runtime.clock.monotonicMs();
    return new Map(
      refused.map(({ claim, freeInMs }) => [
        claim.id,
        { untilMs: nowMs + Math.max(LEAST_WAIT_MS, freeInMs ?? 0), reason: this.reasonOf(claim.portfolioId) },
      ]),
    );
  }

  /** Takes on what Meta said, unless something newer is known. */
  async record(news: readonly LimitNews[]): Promise<void> {
    if (news.length > 0) await this.db.transaction((tx) => this.recordIn(tx, news));
    if (news.length > 0) await this.refresh(this.db);
  }

  /** The same within the caller's transaction. */
  async recordIn(tx: Queryable, news: readonly LimitNews[]): Promise<void> {
    // In the order of their ids, so that two batches wait for each other instead of deadlocking.
    const inOrder = [...news].sort((a, b) => (a.portfolioId < b.portfolioId ? -1 : 1));
    for (const { portfolioId, tier, asOf } of inOrder) {
      const row = await store.lockMessagingLimit(tx, portfolioId);
      const before = row === null ? null : { tier: row.tier, asOfMs: row.as_of.getTime() };
      if (!supersedes({ tier, asOfMs: asOf.getTime() }, before)) continue;
      const isCounted = messagingAllowance(tier).kind === 'limited';
      await store.writeMessagingLimit(tx, { portfolioId, tier, asOf, isCounted });
      if (before?.tier !== tier) this.runtime.logger.info({ from: before?.tier ?? null, to: tier }, 'messaging limit');
    }
  }

  /**
   * Lets those who wait go on when their portfolio's limit has risen, and once when this worker begins: nobody may have
   * been there when it rose. For a few seconds again and again, because a worker that knows the old limit still puts
   * messages off by it.
   */
  async follow(): Promise<void> {
    if (!this.following.due()) return;
    await this.keepUpToDate(this.db);
    const nowMs = this.runtime.clock.monotonicMs();
    for (const [portfolioId, untilMs] of this.raised) {
      await store.wakeWaiting(this.db, portfolioId, LONGER_THAN_OTHERS_MS);
      if (untilMs <= nowMs) this.raised.delete(portfolioId);
    }
  }

  /** The instant, by the database's clock, that a reading which begins now is as of. */
  now(): Promise<Date> {
    return store.databaseNow(this.db);
  }

  /** Templates were delivered: their people count for a day from then on. In the caller's transaction. */
  async delivered(tx: Queryable, deliveries: readonly store.Delivery[]): Promise<void> {
    if (deliveries.length === 0) return;
    await this.keepUpToDate(tx);
    const counted = deliveries.filter((d) => this.allowanceOf(d.portfolioId).kind === 'limited');
    if (counted.length > 0) await store.holdDelivered(tx, counted);
  }

  /** Which of some messages of a portfolio would have to wait, with calendar instants. Nothing is claimed. */
  async holds(portfolioId: string, messages: readonly MessageToPerson[]): Promise<ReadonlyMap<string, Held>> {
    await this.keepUpToDate(this.db);
    const allowance = this.allowanceOf(portfolioId);
    const templates = messages.filter((m) => m.type === 'template');
    if (allowance.kind !== 'limited' || templates.length === 0) return NOBODY;
    const pairs = templates.map((m) => ({ phoneNumberId: m.phoneNumberId, person: personKey(m.recipient) }));
    const [people, places] = await Promise.all([
      store.readPeople(this.db, portfolioId, pairs),
      store.countPlaces(this.db, portfolioId),
    ]);
    if (places.used < allowance.people) return NOBODY;
    const nowMs = this.runtime.clock.now().getTime();
    const held = { untilMs: nowMs + (places.first_in_ms ?? 0), reason: this.reasonOf(portfolioId) };
    const waiting = templates.filter((_, i) => {
      const person = people[i];
      const opening = {
        isTemplate: true,
        lastInboundAtMs: person?.last_inbound_at?.getTime() ?? null,
        windowRefusedAtMs: person?.window_refused_at?.getTime() ?? null,
      };
      return person?.is_counted !== true && countsAsOpening(opening, nowMs);
    });
    return new Map(waiting.map((m) => [m.id, held]));
  }

  /** How a portfolio stands. */
  async standing(portfolioId: string): Promise<MessagingStanding> {
    await this.keepUpToDate(this.db);
    const row = this.limits.get(portfolioId);
    const allowance = this.allowanceOf(portfolioId);
    const told = { tier: row?.tier ?? null, allowance, asOf: row?.as_of ?? null };
    if (allowance.kind !== 'limited') return { ...told, used: 0, firstInMs: null, lastInMs: null };
    const places = await store.countPlaces(this.db, portfolioId);
    return { ...told, used: places.used, firstInMs: places.first_in_ms, lastInMs: places.last_in_ms };
  }

  private claimOf(message: MessageToPerson): (store.Claim & { readonly id: string }) | null {
    if (message.type !== 'template') return null;
    const number = this.accounts.phoneNumber(message.phoneNumberId);
    if (number === undefined) return null;
    const { portfolioId, wabaId, phoneNumberId } = number;
    const allowance = this.allowanceOf(portfolioId);
    if (allowance.kind !== 'limited') return null;
    // Whoever waits for a stop must not take a place meanwhile.
    const stops = this.stops.stopsOf(phoneNumberId);
    if (stopOf({ ...message, wabaId, portfolioId }, stops, this.runtime.clock.now().getTime()) !== null) return null;
    const person = personKey(message.recipient);
    return { id: message.id, portfolioId, phoneNumberId, person, allowed: allowance.people };
  }

  /** Makes more places and tries again, as long as some must wait and the limit allows more. */
  private async claimPlaces<C extends store.Claim>(
    claims: readonly C[],
  ): Promise<{ readonly claim: C; readonly freeInMs: number | null }[]> {
    const refused = await store.claimPlaces(this.db, claims);
    const waiting = refused.map(({ n, free_in_ms }) => ({ claim: claims[n - 1] as C, freeInMs: free_in_ms }));
    let grows = false;
    for (const [portfolioId, [first]] of groupBy(waiting, (w) => w.claim.portfolioId)) {
      const { allowed } = (first as { readonly claim: C }).claim;
      const limit = `${allowed} since ${this.limits.get(portfolioId)?.counted_since?.getTime()}`;
      if (this.complete.get(portfolioId) === limit) continue;
      const made = await store.makePlaces(this.db, { portfolioId, allowed, most: PLACES_AT_ONCE });
      if (!made) this.complete.set(portfolioId, limit);
      grows ||= made;
    }
    return grows ? this.claimPlaces(waiting.map((w) => w.claim)) : waiting;
  }

  /** A limit that is new or back: those whom the portfolio wrote to in the last day are counted first. */
  private async beginCounting(claims: readonly store.Claim[]): Promise<void> {
    const fresh = new Set(claims.map((c) => c.portfolioId).filter((id) => this.limits.get(id)?.counted_since === null));
    if (fresh.size === 0) return;
    for (const portfolioId of fresh) {
      await this.db.transaction(async (tx) => {
        const row = await store.lockMessagingLimit(tx, portfolioId);
        if (row === null || row.counted_since !== null) return;
        const people = new Map<string, number>();
        for (const { recipient, ago_ms } of await store.reachedLately(tx, portfolioId)) {
          const person = personKey(recipient);
          people.set(person, Math.min(ago_ms, people.get(person) ?? Infinity));
        }
        await store.beginCounting(
          tx,
          portfolioId,
          [...people].map(([person, agoMs]) => ({ person, agoMs })),
        );
      });
    }
    await this.refresh(this.db);
  }

  private allowanceOf(portfolioId: string): MessagingAllowance {
    return messagingAllowance(this.limits.get(portfolioId)?.tier ?? null);
  }

  private reasonOf(portfolioId: string): string {
    const tier = this.limits.get(portfolioId)?.tier ?? '';
    return (
      `the portfolio has written to as many people in 24 hours as its messaging limit (${tier}) allows, not counting ` +
      'those who wrote first; it goes when one of them no longer counts, or when Meta raises the limit'
    );
  }

  /** Whoever asks while the limits are being read waits for them, and after a failure they are read again. */
  private keepUpToDate(q: Queryable): Promise<void> {
    if (this.refreshing.due() || this.latest === null) {
      this.latest = this.refresh(q).catch((error: unknown) => {
        this.latest = null;
        throw error;
      });
    }
    return this.latest;
  }

  private async refresh(q: Queryable): Promise<void> {
    const rows = await store.listMessagingLimits(q);
    const untilMs = this.runtime.clock.monotonicMs() + WAKE_FOR_MS;
    for (const { portfolio_id: id, tier } of rows) {
      const known = this.limits.get(id);
      if (known === undefined || isRaised(messagingAllowance(known.tier), messagingAllowance(tier))) {
        this.raised.set(id, untilMs);
      }
    }
    this.limits = new Map(rows.map((row) => [row.portfolio_id, row]));
    this.known.reset();
    for (const row of rows) this.known.inc({ limit: messagingAllowance(row.tier).kind });
  }
}
