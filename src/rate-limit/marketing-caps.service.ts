import { Injectable } from '@nestjs/common';
import { AccountsService } from '../accounts/accounts.service.js';
import { personKey } from '../core/consent/person-key.js';
import { groupBy } from '../core/group-by.js';
import type { Held } from '../core/limits/admit.js';
import {
  type CapStanding,
  capReason,
  capStanding,
  claimCapped,
  MARKETING_CAP,
  type MarketingCap,
  type MarketingSend,
  mergeSends,
  withoutUnsent,
} from '../core/limits/marketing-cap.js';
import { stopOf } from '../core/limits/stop.js';
import { Db } from '../platform/db/db.js';
import type { Queryable } from '../platform/db/queryable.js';
import { Every } from '../platform/lifecycle/worker-loop.js';
import { Runtime } from '../platform/runtime.js';
import * as store from './marketing-caps.store.js';
import { wakeWaiting } from './messaging-limit.store.js';
import { StopsService } from './stops.service.js';

/** A marketing template as far as a cap goes. */
export interface MarketingMessage {
  readonly id: string;
  readonly phoneNumberId: string;
  readonly recipient: string;
  readonly type: string;
  readonly template: string | null;
}

/** The caps of a portfolio. */
interface PortfolioCaps {
  readonly ofNumber: ReadonlyMap<string, MarketingCap>;
  /** When a policy of the portfolio was last changed, by the database's clock. */
  readonly changedAtMs: number;
}

/** How often it is asked who has a cap, while there is marketing to send. */
const REFRESH_MS = 1000;

/** Workers take on a policy within about a second; what they send meanwhile without taking places is counted afterwards. */
const SETTLED_MS = 10_000;

/** How far before the last count the next begins: an attempt is dated a moment before it is committed. */
const OVERLAP_MS = 15_000;

/** Messages of the ledger that are read at once. */
const PAGE = 5000;

/** How long those wait whose people are still being counted. */
const COUNTING_MS = 1000;

/** Other limits put a message off for ten minutes at most; whatever waits for longer waits for this, or for a day's people. */
const LONGER_THAN_OTHERS_MS = 11 * 60_000;

/** How long after a change messages may still be put off by the cap before it, with a margin. */
const WAKE_FOR_MS = 5000;

const DAY_MS = 24 * 3_600_000;
const NOBODY: ReadonlyMap<string, Held> = new Map();

/**
 * Keeps the caps that were chosen for how much marketing a person gets, over all numbers of a portfolio and whichever workers
 * own their lanes (docs/adr/0026). A place is taken in PostgreSQL before a message is armed, under the lock of its person.
 * Portfolios without a cap cost nothing.
 */
@Injectable()
export class MarketingCapsService {
  private caps: ReadonlyMap<string, PortfolioCaps> = new Map();
  /** Up to which change of its policies, and how long after it, a portfolio's ledger is known to be counted. */
  private readonly countedToMs = new Map<string, number>();
  private readonly counting = new Map<string, Promise<void>>();
  private readonly countingAgain: Every;
  private readonly refreshing: Every;
  private readonly following: Every;
  private readonly changed = new Map<string, number>();
  private latest: Promise<void> | null = null;

  constructor(
    private readonly db: Db,
    private readonly accounts: AccountsService,
    private readonly stops: StopsService,
    private readonly runtime: Runtime,
  ) {
    this.refreshing = new Every(REFRESH_MS, runtime.clock);
    this.following = new Every(REFRESH_MS, runtime.clock);
    this.countingAgain = new Every(REFRESH_MS, runtime.clock);
  }

  /**
   * Takes a place with their people for marketing templates that are about to be armed. Answers those that must wait, by
   * message, with monotonic instants: a handful of statements for a round, none when no cap concerns it.
   */
  async claim(messages: readonly MarketingMessage[]): Promise<ReadonlyMap<string, Held>> {
    if (messages.length === 0) return NOBODY;
    await this.keepUpToDate();
    const concerned = messages.flatMap((message) => this.claimOf(message) ?? []);
    if (concerned.length === 0) return NOBODY;
    const held = new Map<string, Held>();
    const ready = concerned.filter(({ id, portfolioId }) => {
      if (this.isCounted(portfolioId)) return true;
      const untilMs = this.runtime.clock.monotonicMs() + COUNTING_MS;
      held.set(id, { untilMs, reason: 'what people had before their cap was chosen is being counted' });
      return false;
    });
    for (const [id, hold] of await this.claimPlaces(ready)) held.set(id, hold);
    return held;
  }

  /** Which of some marketing templates of a portfolio would have to wait, with calendar instants. Nothing is taken. */
  async holds(portfolioId: string, messages: readonly MarketingMessage[]): Promise<ReadonlyMap<string, Held>> {
    if (messages.length === 0) return NOBODY;
    await this.keepUpToDate();
    const caps = this.caps.get(portfolioId)?.ofNumber ?? new Map<string, MarketingCap>();
    const capped = messages.flatMap((m) => {
      const cap = caps.get(m.phoneNumberId);
      return cap === undefined ? [] : [{ id: m.id, cap, person: personKey(m.recipient) }];
    });
    if (capped.length === 0) return NOBODY;
    if (!this.isCounted(portfolioId)) await this.counting.get(portfolioId);
    const known = await store.readReach(this.db, portfolioId, [...new Set(capped.map((m) => m.person))]);
    const unsent = await store.unsentOf(this.db, idsOf(known));
    const nowMs = this.runtime.clock.now().getTime();
    const sendsOf = new Map(known.map((r) => [r.person, withoutUnsent(r.sends, unsent, nowMs)]));
    return new Map(
      capped.flatMap(({ id, cap, person }) => {
        const others = (sendsOf.get(person) ?? []).filter((send) => send.id !== id);
        const standing = capStanding(others, cap, nowMs);
        return standing.freeAtMs > nowMs ? [[id, heldBy(cap, standing, standing.freeAtMs)] as const] : [];
      }),
    );
  }

  /**
   * Lets those who wait go on when a policy of their portfolio was changed, and once when this worker begins: nobody may have
   * been there when it was. For a few seconds again and again, because other workers go by the cap before it for a moment.
   */
  async follow(): Promise<void> {
    if (!this.following.due()) return;
    await this.keepUpToDate();
    const nowMs = this.runtime.clock.monotonicMs();
    for (const [portfolioId, untilMs] of this.changed) {
      await wakeWaiting(this.db, portfolioId, LONGER_THAN_OTHERS_MS);
      if (untilMs <= nowMs) this.changed.delete(portfolioId);
    }
  }

  private claimOf(message: MarketingMessage) {
    const number = this.accounts.phoneNumber(message.phoneNumberId);
    if (number === undefined) return null;
    const { portfolioId, wabaId, phoneNumberId } = number;
    const caps = this.caps.get(portfolioId);
    if (caps === undefined) return null;
    // Whoever waits for a stop must not take a place meanwhile.
    const stops = this.stops.stopsOf(phoneNumberId);
    if (stopOf({ ...message, wabaId, portfolioId }, stops, this.runtime.clock.now().getTime()) !== null) return null;
    const cap = caps.ofNumber.get(phoneNumberId) ?? null;
    return { id: message.id, portfolioId, person: personKey(message.recipient), cap };
  }

  private async claimPlaces(
    claims: readonly { id: string; portfolioId: string; person: string; cap: MarketingCap | null }[],
  ): Promise<(readonly [string, Held])[]> {
    if (claims.length === 0) return [];
    const capOf = new Map(claims.map(({ id, cap }) => [id, cap]));
    const ofPerson = groupBy(claims, keyOf);
    return this.db.transaction(async (tx) => {
      const people = [...ofPerson.values()].flatMap(([first]) => first ?? []);
      const { nowMs, reaches } = await store.lockReach(tx, people);
      const claimsOf = (reach: store.Reach) => ofPerson.get(keyOf(reach)) ?? [];
      let claimed = reaches.map((reach) => ({ reach, ...claimCapped(reach.sends, claimsOf(reach), nowMs) }));
      const full = claimed.filter(({ refused }) => refused.length > 0).map(({ reach }) => reach);
      if (full.length > 0) {
        const unsent = await store.unsentOf(tx, idsOf(full));
        claimed = claimed.map(({ reach, ...first }) => {
          if (first.refused.length === 0) return { reach, ...first };
          const sends = withoutUnsent(reach.sends, unsent, nowMs);
          return { reach, ...claimCapped(sends, claimsOf(reach), nowMs) };
        });
      }
      await store.writeReach(
        tx,
        claimed.map(({ reach, sends }) => ({ ...reach, sends })),
      );
      const monotonicMs = this.runtime.clock.monotonicMs();
      return claimed.flatMap(({ refused }) =>
        refused.map(({ id, standing }) => {
          const cap = capOf.get(id) as MarketingCap;
          return [id, heldBy(cap, standing, monotonicMs + standing.freeAtMs - nowMs)] as const;
        }),
      );
    });
  }

  /**
   * Whether what a portfolio sent before its cap is counted; begins to count when it is not, beside the sending: a month of
   * campaigns takes a while. Counted once more a while after a change, for what was sent by workers that did not know of it.
   */
  private isCounted(portfolioId: string): boolean {
    const changedAtMs = this.caps.get(portfolioId)?.changedAtMs ?? 0;
    const countedToMs = this.countedToMs.get(portfolioId) ?? Number.NEGATIVE_INFINITY;
    const isCounted = countedToMs >= changedAtMs;
    const isSettled = countedToMs >= changedAtMs + SETTLED_MS;
    if (isSettled || this.counting.has(portfolioId) || (isCounted && !this.countingAgain.due())) return isCounted;
    const counting = this.count(portfolioId, changedAtMs)
      .catch((err: unknown) =>
        this.runtime.logger.warn({ err }, 'what people had before a cap could not be counted yet'),
      )
      .finally(() => this.counting.delete(portfolioId));
    this.counting.set(portfolioId, counting);
    return isCounted;
  }

  private async count(portfolioId: string, changedAtMs: number): Promise<void> {
    const before = (await store.countedTo(this.db, portfolioId))?.getTime() ?? 0;
    const now = await databaseNow(this.db);
    if (before < changedAtMs + SETTLED_MS) {
      const since = new Date(Math.max(before - OVERLAP_MS, now.getTime() - MARKETING_CAP.mostDays * DAY_MS));
      for (const { phoneNumberId } of this.accounts.numbersOf(portfolioId)) {
        await this.countNumber(portfolioId, phoneNumberId, since);
      }
      await store.recordCounted(this.db, portfolioId, now);
    }
    this.countedToMs.set(portfolioId, Math.max(before, now.getTime()));
  }

  private async countNumber(portfolioId: string, phoneNumberId: string, since: Date): Promise<void> {
    let from = since;
    for (;;) {
      const page = await store.marketingSentSince(this.db, { phoneNumberId, since: from, limit: PAGE });
      const sends = page.flatMap((row) =>
        row.is_marketing && row.recipient !== null
          ? [{ portfolioId, person: personKey(row.recipient), id: row.message_id, atMs: row.armed_at.getTime() }]
          : [],
      );
      if (sends.length > 0) await this.addSends(sends);
      const last = page.at(-1);
      if (page.length < PAGE || last === undefined || last.armed_at.getTime() === from.getTime()) return;
      from = last.armed_at;
    }
  }

  private async addSends(
    sends: readonly (MarketingSend & { readonly portfolioId: string; readonly person: string })[],
  ): Promise<void> {
    const ofPerson = groupBy(sends, keyOf);
    await this.db.transaction(async (tx) => {
      const people = [...ofPerson.values()].flatMap(([first]) => first ?? []);
      const { reaches } = await store.lockReach(tx, people);
      await store.writeReach(
        tx,
        reaches.map((reach) => ({ ...reach, sends: mergeSends(reach.sends, ofPerson.get(keyOf(reach)) ?? []) })),
      );
    });
  }

  /** Whoever asks while the caps are being read waits for them, and after a failure they are read again. */
  private keepUpToDate(): Promise<void> {
    if (this.refreshing.due() || this.latest === null) {
      this.latest = this.refresh().catch((error: unknown) => {
        this.latest = null;
        throw error;
      });
    }
    return this.latest;
  }

  private async refresh(): Promise<void> {
    const isFirst = this.latest === null && this.caps.size === 0;
    const rows = groupBy(await store.listCaps(this.db), (row) => row.portfolio_id);
    const caps = new Map<string, PortfolioCaps>();
    for (const [portfolioId, ofPortfolio] of rows) {
      const ofNumber = new Map(
        ofPortfolio.map((r) => [r.phone_number_id, { messages: r.marketing_cap, days: r.marketing_cap_days }] as const),
      );
      caps.set(portfolioId, { ofNumber, changedAtMs: ofPortfolio[0]?.changed_at.getTime() ?? 0 });
    }
    const untilMs = this.runtime.clock.monotonicMs() + WAKE_FOR_MS;
    for (const id of new Set([...caps.keys(), ...this.caps.keys()])) {
      if (isFirst || caps.get(id)?.changedAtMs !== this.caps.get(id)?.changedAtMs) this.changed.set(id, untilMs);
    }
    this.caps = caps;
  }
}

function heldBy(cap: MarketingCap, { used }: CapStanding, untilMs: number): Held {
  return { untilMs, reason: capReason(cap, used), counted: { used, allowed: cap.messages } };
}

function keyOf(of: { readonly portfolioId: string; readonly person: string }): string {
  return `${of.portfolioId} ${of.person}`;
}

function idsOf(reaches: readonly store.Reach[]): string[] {
  return reaches.flatMap(({ sends }) => sends.map(({ id }) => id));
}

async function databaseNow(q: Queryable): Promise<Date> {
  const [row] = await q.rows<{ now: Date }>(`select clock_timestamp() as now`);
  return (row as { now: Date }).now;
}
