import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { AccountsService } from '../accounts/accounts.service.js';
import { stopsAfterAll } from '../core/limits/late-refusal.js';
import { STOP_RULES, type Stop, type StopScope } from '../core/limits/stop.js';
import { reactionTo } from '../core/meta-errors/meta-error-table.js';
import { Db } from '../platform/db/db.js';
import type { Queryable } from '../platform/db/queryable.js';
import { SharedRun } from '../platform/lifecycle/shared-run.js';
import { Every } from '../platform/lifecycle/worker-loop.js';
import { Runtime } from '../platform/runtime.js';
import {
  insertStops,
  lastReleases,
  type NewStop,
  type Release,
  releaseStopsOf,
  type StopRow,
  stopsInForce,
  writeSignals,
} from './stops.store.js';

export type { Release } from './stops.store.js';

/** A refusal of Meta's that may stop something. */
export interface StoppingRefusal {
  readonly phoneNumberId: string;
  /** The template's name; null for other messages. */
  readonly template: string | null;
  readonly code: number;
  /** When the message was handed over, as far as is known. */
  readonly sentAt: Date;
  /** When Meta refused it, as it says. */
  readonly failedAt: Date;
}

/** How often the stops are read again, so that one that another replica set or released is known here. */
const REFRESH_MS = 1000;

/**
 * The stops in force. PostgreSQL holds them, so they survive restarts and the moving of lanes; each process has them in
 * memory. A stop that this process learns of holds at once, and is written down until that has succeeded.
 */
@Injectable()
export class StopsService {
  private inForce: readonly Stop[] = [];
  /** Learnt and not written down yet, by scope, id and code. */
  private readonly learnt = new Map<string, NewStop>();
  private readonly refreshing: Every;
  /** Ended since somebody asked, by scope, id and code. */
  private readonly ended = new Map<string, Stop>();
  /** Those of them that were in the database at the last look. */
  private written: ReadonlySet<string> = new Set();
  private readonly listeners: (() => void)[] = [];
  // One after the other: of two readings side by side the older might be the last to arrive, and let a stop go.
  private readonly reading = new SharedRun(() => this.readAgain());
  private readonly stopped: Counter<'scope'>;

  constructor(
    private readonly db: Db,
    private readonly accounts: AccountsService,
    private readonly runtime: Runtime,
  ) {
    this.refreshing = new Every(REFRESH_MS, runtime.clock);
    this.stopped = runtime.metrics.counter('heliograph_stops_total', 'Stops after an error of Meta’s, by scope.', [
      'scope',
    ]);
  }

  /** The stops that concern a number or the account that it belongs to. */
  stopsOf(phoneNumberId: string): readonly Stop[] {
    if (this.inForce.length === 0) return this.inForce;
    const { wabaId = '', portfolioId = '' } = this.accounts.phoneNumber(phoneNumberId) ?? {};
    return this.inForce.filter(
      ({ scopeId }) =>
        scopeId === phoneNumberId || scopeId === wabaId || scopeId === portfolioId || scopeId.startsWith(`${wabaId}/`),
    );
  }

  /**
   * Adds one who is told when stops have begun, whichever process set them: once they are written down, and seen here.
   */
  listen(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** The stops that have ended since the last time this was asked, as this process has seen it. */
  takeEnded(): readonly Stop[] {
    const ended = [...this.ended.values()];
    this.ended.clear();
    return ended;
  }

  /** Every stop in force, as the database has it now: for who does not own the lanes that it concerns. */
  async readAll(): Promise<readonly Stop[]> {
    return (await stopsInForce(this.db)).map(toStop);
  }

  /**
   * Stops what an error of Meta's says must stop, and tells whether it does; errors that stop nothing change nothing.
   */
  learn(phoneNumberId: string, code: number | null, reason: string, template: string | null): boolean {
    const stop = code === null ? null : this.stopAfter({ phoneNumberId, template, code }, reason);
    if (stop === null) return false;
    const key = keyOf(stop);
    if (this.learnt.has(key) || this.inForce.some((s) => keyOf(s) === key)) return true;
    const untilMs = stop.endsAfterMs === null ? null : this.runtime.clock.now().getTime() + stop.endsAfterMs;
    this.learnt.set(key, stop);
    this.inForce = [...this.inForce, { ...stop, untilMs }];
    this.report(stop);
    return true;
  }

  /**
   * The same for refusals that came in statuses, minutes after Meta had taken the messages, as 131042 and 131048 mostly
   * do: in the caller's transaction, and every process learns of it within a second. Old news stops nothing
   * (`stopsAfterAll`).
   */
  async heard(tx: Queryable, refusals: readonly StoppingRefusal[]): Promise<void> {
    const found = refusals.flatMap((refusal) => {
      const stop = this.stopAfter(refusal, reactionTo(refusal.code).title);
      return stop === null ? [] : [{ stop, refusal }];
    });
    if (found.length === 0) return;
    const releases = await lastReleases(tx, unique(found.map(({ stop }) => stop)));
    const releasedAtMs = new Map(releases.map((r) => [keyOf({ ...r, scopeId: r.scope_id }), r.at.getTime()]));
    const nowMs = this.runtime.clock.now().getTime();
    const news = found.flatMap(({ stop, refusal }) => {
      const [sentAtMs, failedAtMs] = [refusal.sentAt.getTime(), refusal.failedAt.getTime()];
      const instants = { sentAtMs, failedAtMs, releasedAtMs: releasedAtMs.get(keyOf(stop)) ?? null };
      if (!stopsAfterAll(instants, nowMs)) return [];
      const endsAfterMs = stop.endsAfterMs === null ? null : failedAtMs + stop.endsAfterMs - nowMs;
      return endsAfterMs === null || endsAfterMs > 0 ? [{ ...stop, endsAfterMs }] : [];
    });
    const begun = await insertStops(tx, unique(news), this.runtime.publishesEvents);
    for (const stop of begun) this.report(stop);
  }

  private stopAfter(
    { phoneNumberId, template, code }: Pick<StoppingRefusal, 'phoneNumberId' | 'template' | 'code'>,
    reason: string,
  ): NewStop | null {
    const rule = STOP_RULES[code];
    const number = this.accounts.phoneNumber(phoneNumberId);
    const scopeId = rule === undefined || number === undefined ? null : scopeIdOf(rule.scope, number, template);
    if (rule === undefined || number === undefined || scopeId === null) return null;
    return { ...rule, portfolioId: number.portfolioId, scopeId, code, reason };
  }

  private report({ scope, code, reason }: Pick<NewStop, 'scope' | 'code' | 'reason'>): void {
    this.stopped.inc({ scope });
    this.runtime.logger.error({ scope, code, reason }, 'sending has stopped until somebody releases it');
  }

  /**
   * Remembers signals of Meta's that let something go on, before what was sent earlier is heard of, in the caller's
   * transaction.
   */
  async remember(tx: Queryable, signals: readonly Release[]): Promise<void> {
    if (signals.length > 0) await writeSignals(tx, signals);
  }

  /**
   * Releases what signals of Meta's let go on, in the caller's transaction; every process learns of it within a second.
   */
  async releaseIn(tx: Queryable, releases: readonly Release[]): Promise<void> {
    for (const release of releases) {
      const count = await releaseStopsOf(tx, release, this.runtime.publishesEvents);
      if (count > 0) this.runtime.logger.info({ scope: release.scope, by: release.by }, 'a stop was released');
    }
  }

  /** Writes down what was learnt and reads what is in force, when it is time to. Never throws: it is tried again. */
  async tend(): Promise<void> {
    if (this.refreshing.due() || this.learnt.size > 0) await this.refresh();
  }

  /** Does so now. */
  refresh(): Promise<void> {
    return this.reading.begin();
  }

  private async readAgain(): Promise<void> {
    try {
      const learnt = [...this.learnt];
      if (learnt.length > 0) await this.write(learnt.map(([, stop]) => stop));
      for (const [key] of learnt) this.learnt.delete(key);
      const known = (await stopsInForce(this.db)).map(toStop);
      const keys = new Set(known.map(keyOf));
      for (const stop of this.inForce) {
        // One that was learnt while this was read has begun, and is not written down yet.
        if (!keys.has(keyOf(stop)) && !this.learnt.has(keyOf(stop))) this.ended.set(keyOf(stop), stop);
      }
      // What was learnt meanwhile is not written down yet, and holds all the same.
      this.inForce = [...known, ...[...this.learnt.values()].map((stop) => ({ ...stop, untilMs: null }))];
      this.tell(keys);
    } catch (err) {
      this.runtime.logger.warn({ err }, 'the stops could not be brought up to date yet');
    }
  }

  private tell(written: ReadonlySet<string>): void {
    const hasNew = [...written].some((key) => !this.written.has(key));
    this.written = written;
    if (hasNew) for (const listener of this.listeners) listener();
  }

  /** A stop and the event that tells of it are one commit: neither is there without the other. */
  private async write(stops: readonly NewStop[]): Promise<void> {
    await this.db.transaction(async (tx) => {
      await insertStops(tx, stops, this.runtime.publishesEvents);
    });
  }
}

/** One of each stop, the one that ends last. */
function unique(stops: readonly NewStop[]): NewStop[] {
  const inOrder = [...stops].sort((a, b) => (a.endsAfterMs ?? Infinity) - (b.endsAfterMs ?? Infinity));
  return [...new Map(inOrder.map((stop) => [keyOf(stop), stop])).values()];
}

function keyOf({ scope, scopeId, code }: Pick<Stop, 'scope' | 'scopeId' | 'code'>): string {
  return `${scope} ${scopeId} ${code}`;
}

function scopeIdOf(
  scope: StopScope,
  number: { readonly phoneNumberId: string; readonly wabaId: string; readonly portfolioId: string },
  template: string | null,
): string | null {
  if (scope === 'number') return number.phoneNumberId;
  if (scope === 'waba') return number.wabaId;
  if (scope === 'portfolio') return number.portfolioId;
  return template === null ? null : `${number.wabaId}/${template}`;
}

/** A stop as the limits see it. */
export function toStop(row: StopRow): Stop {
  return {
    scope: row.scope,
    scopeId: row.scope_id,
    stops: row.stops,
    code: row.code,
    reason: row.reason,
    untilMs: row.until?.getTime() ?? null,
  };
}
