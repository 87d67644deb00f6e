import { Injectable } from '@nestjs/common';
import { AccountsService, type PhoneNumber } from '../accounts/accounts.service.js';
import { GatewayError } from '../core/gateway-error.js';
import { groupBy } from '../core/group-by.js';
import {
  admit,
  type Counted,
  type Held,
  holdsOf,
  type LimitedMessage,
  type LimitState,
  type Verdict,
} from '../core/limits/admit.js';
import { PairState } from '../core/limits/pair-limit.js';
import { reactionTo } from '../core/meta-errors/meta-error-table.js';
import type { Tenant } from '../platform/auth/principal.js';
import { Db } from '../platform/db/db.js';
import { Runtime } from '../platform/runtime.js';
import { heldForMs } from './inheritance.js';
import { findReport, type LaneReportRow } from './lane-reports.store.js';
import { callsOfHour, pairDebts, type WaitingRefusal, waitingRefusals } from './ledger.store.js';
import type { MessagingStanding } from './messaging-limit.service.js';
import { memoryMsOf, paceOf, warmUpOf } from './number-policy.js';
import { PersonHoldsService } from './person-holds.service.js';
import { findPolicy } from './policies.store.js';
import type { HoldView, LimitView, MessagingLimitView, RateLimitView, StopList, StopView } from './rate-limit.dto.js';
import { StopsService, toStop } from './stops.service.js';
import { listStops, releaseStop, type StopRow } from './stops.store.js';
import { WabaCallsService } from './waba-calls.service.js';
import { recentSends } from './warm-ups.store.js';

/** Calls per hour that Meta allows a WABA ("Capacity, quality rating and messaging limits"; error 80007). */
const CALLS_PER_HOUR = 11_880_000;

/** What the owner of a lane told counts for so long; an idle lane is not told about. */
const REPORT_FRESH_MS = 3000;

const MINUTE_MS = 60_000;

/** How a number stands in its warm-up. */
interface WarmUpState {
  readonly hold: LimitState['warmUp'];
  /** What its messages of the last minute weigh. */
  readonly inMinute: number;
  readonly peakPerMinute: number;
}

/** A message about which it is asked whether it would go. */
export interface AskedMessage {
  readonly id: string;
  readonly phoneNumberId: string;
  readonly recipient: string;
  readonly type: string;
  readonly template: string | null;
  readonly isMarketing: boolean;
  readonly expiresAtMs: number | null;
}

/** Something that holds a message, with an instant of the calendar. */
export interface Hold {
  readonly limit: string;
  readonly untilMs: number | null;
  readonly reason: string;
  readonly counted?: Counted;
}

/**
 * What callers ask about limits. Answers come from PostgreSQL, so any replica can give them: the ledger of attempts, the
 * stops, and what the owners of lanes tell once a second.
 */
@Injectable()
export class LimitsService {
  constructor(
    private readonly db: Db,
    private readonly accounts: AccountsService,
    private readonly stops: StopsService,
    private readonly people: PersonHoldsService,
    private readonly wabaCalls: WabaCallsService,
    private readonly runtime: Runtime,
  ) {}

  /** How a number of the tenant's stands. */
  async state(tenant: Tenant, phoneNumberId: string): Promise<RateLimitView> {
    const number = this.numberOf(tenant, phoneNumberId);
    const nowMs = this.nowMs();
    const siblings = this.accounts.numbersOfWaba(number.wabaId).map((n) => n.phoneNumberId);
    const [report, calls, managed, stops, messaging, warmUp] = await Promise.all([
      findReport(this.db, phoneNumberId),
      callsOfHour(this.db, siblings),
      this.wabaCalls.standing(number.wabaId),
      listStops(this.db, tenant.portfolioId, false),
      this.people.standing(tenant.portfolioId),
      this.warmUpOf(number),
    ]);
    const own = stops.filter((stop) => concerns(stop, number));
    const state = stateOf({
      report,
      stops: own,
      pairFreeAtMs: 0,
      messaging: null,
      marketing: null,
      marketingCap: null,
      warmUp: warmUp?.hold ?? null,
    });
    const any: LimitedMessage = { ...number, type: 'image', template: null, expiresAtMs: null };
    const fresh = report !== null && nowMs - report.told_at.getTime() < REPORT_FRESH_MS ? report : null;
    const currentMps = fresh?.current_mps ?? number.throughputMps;
    const mediaUntil = report !== null && (report.media_paused_until?.getTime() ?? 0) > nowMs;
    return {
      phone_number_id: phoneNumberId,
      throughput_mps: number.throughputMps,
      current_mps: currentMps,
      inbound_reserve_mps: fresh?.reserve_mps ?? 0,
      limits: [
        limitView('throughput', currentMps, fresh?.used ?? 0, fresh === null ? null : fresh.told_at.getTime() + 1000),
        limitView(
          'calls',
          CALLS_PER_HOUR,
          calls.calls,
          calls.resets_in_ms === null ? null : nowMs + calls.resets_in_ms,
        ),
        limitView('management_calls', managed.allowed, managed.used, managed.resetsAt?.getTime() ?? null),
        ...messagingLimits(messaging, nowMs),
        limitView('media', 1, mediaUntil ? 1 : 0, report?.media_paused_until?.getTime() ?? null),
        ...(warmUp === null ? [] : [limitView('warm_up', warmUp.peakPerMinute, warmUp.inMinute, nowMs + MINUTE_MS)]),
      ],
      waiting_for: holdsOf(any, state, nowMs).map(toHoldView),
      messaging_limit: messagingView(messaging),
      stops: own.map(toStopView),
    };
  }

  /** Whether messages of a tenant would go now, each by itself. Nothing is counted. */
  async check(tenant: Tenant, messages: readonly AskedMessage[]): Promise<Verdict[]> {
    const states = await this.statesOf(tenant, messages);
    const nowMs = this.nowMs();
    return messages.map((message, i) => {
      const { number, state } = states[i] as { number: PhoneNumber; state: LimitState };
      return admit({ ...message, ...ownersOf(number) }, state, nowMs);
    });
  }

  /** Everything that holds one message of a tenant. */
  async holds(tenant: Tenant, message: AskedMessage): Promise<Hold[]> {
    const [found] = await this.statesOf(tenant, [message]);
    const { number, state } = found as { number: PhoneNumber; state: LimitState };
    return holdsOf({ ...message, ...ownersOf(number) }, state, this.nowMs());
  }

  /** Messages per second that a number sends at most now; less than one while it warms up. */
  async currentMps(tenant: Tenant, phoneNumberId: string): Promise<number> {
    const [report, policy] = await Promise.all([
      findReport(this.db, phoneNumberId),
      findPolicy(this.db, { portfolioId: tenant.portfolioId, phoneNumberId }),
    ]);
    const isFresh = report !== null && this.nowMs() - report.told_at.getTime() < REPORT_FRESH_MS;
    const mps = isFresh ? report.current_mps : (this.accounts.phoneNumber(phoneNumberId)?.throughputMps ?? 20);
    const warmMps = (warmUpOf(policy)?.stage.perMinute ?? Infinity) / 60;
    return Math.min(mps, policy?.max_mps ?? Infinity, warmMps);
  }

  /** The stops of a tenant. */
  async listStops(tenant: Tenant, withEnded: boolean): Promise<StopList> {
    return { stops: (await listStops(this.db, tenant.portfolioId, withEnded)).map(toStopView) };
  }

  /** Releases a stop: the messages that wait for it go on within a second or two. Who did so is written down. */
  async release(tenant: Tenant, id: string): Promise<StopView> {
    const release = { portfolioId: tenant.portfolioId, id, by: `api key ${tenant.keyId}` };
    const row = await this.db.transaction((tx) => releaseStop(tx, release, this.runtime.publishesEvents));
    if (row === null) throw new GatewayError('not_found', 'You have no stop with this id.');
    this.runtime.logger.info({ scope: row.scope, code: row.code }, 'a stop was released');
    await this.stops.refresh();
    return toStopView(row);
  }

  private async statesOf(
    tenant: Tenant,
    messages: readonly AskedMessage[],
  ): Promise<{ number: PhoneNumber; state: LimitState }[]> {
    const numbers = messages.map((m) => this.numberOf(tenant, m.phoneNumberId));
    const ids = [...new Set(messages.map((m) => m.phoneNumberId))];
    const recipients = [...new Set(messages.map((m) => m.recipient))];
    const [stops, debts, refusals, reports, ofPeople, warmUps] = await Promise.all([
      listStops(this.db, tenant.portfolioId, false),
      pairDebts(this.db, ids, recipients),
      waitingRefusals(this.db, ids, recipients),
      Promise.all(ids.map(async (id) => [id, await findReport(this.db, id)] as const)),
      this.people.holds(tenant.portfolioId, messages),
      Promise.all(ids.map(async (id) => [id, await this.warmUpOf(this.numberOf(tenant, id))] as const)),
    ]);
    const holds = new Map(warmUps.map(([id, warmUp]) => [id, warmUp?.hold ?? null]));
    const nowMs = this.nowMs();
    const paidIn = new Map(debts.map((d) => [pairOf(d), d.paid_in_ms]));
    const refusedOf = groupBy(refusals.filter(isOfPair), pairOf);
    const reportOf = new Map(reports);
    return messages.map((message, i) => {
      const pair = pairOf({ phone_number_id: message.phoneNumberId, recipient: message.recipient });
      const pairState = new PairState(nowMs + (paidIn.get(pair) ?? 0));
      for (const refusal of refusedOf.get(pair) ?? []) pairState.hold(nowMs + heldForMs(refusal));
      const report = reportOf.get(message.phoneNumberId) ?? null;
      const pairFreeAtMs = pairState.freeAtMs();
      const messaging = ofPeople.messaging.get(message.id) ?? null;
      const warmUp = holds.get(message.phoneNumberId) ?? null;
      const marketing = ofPeople.marketing.get(message.id) ?? null;
      const marketingCap = ofPeople.marketingCap.get(message.id) ?? null;
      const state = stateOf({ report, stops, pairFreeAtMs, messaging, marketing, marketingCap, warmUp });
      return { number: numbers[i] as PhoneNumber, state };
    });
  }

  /** How a number stands in its warm-up, from what it sent; null when it has none or is warm. */
  private async warmUpOf({ portfolioId, phoneNumberId }: PhoneNumber): Promise<WarmUpState | null> {
    const warmUp = warmUpOf(await findPolicy(this.db, { portfolioId, phoneNumberId }));
    if (warmUp === null) return null;
    const sends = await recentSends(this.db, [phoneNumberId], memoryMsOf(warmUp.stage));
    const nowMs = this.nowMs();
    const weightOf = (type: string) => warmUp.policy.weights[type] ?? 1;
    const inMinute = sends.reduce((sum, m) => sum + (m.age_ms < MINUTE_MS ? weightOf(m.type) : 0), 0);
    const { peakPerMinute } = warmUp.stage;
    return { hold: paceOf(warmUp, sends, nowMs).holdAt(nowMs), inMinute: Math.ceil(inMinute), peakPerMinute };
  }

  private numberOf(tenant: Tenant, phoneNumberId: string): PhoneNumber {
    const number = this.accounts.phoneNumber(phoneNumberId);
    if (number?.portfolioId === tenant.portfolioId) return number;
    throw new GatewayError('not_found', 'You have no number with this id; GET /v1/phone_numbers lists yours.');
  }

  private nowMs(): number {
    return this.runtime.clock.now().getTime();
  }
}

function stateOf(p: {
  readonly report: LaneReportRow | null;
  readonly stops: readonly StopRow[];
  readonly pairFreeAtMs: number;
  readonly messaging: Held | null;
  readonly marketing: Held | null;
  readonly marketingCap: Held | null;
  readonly warmUp: LimitState['warmUp'];
}): LimitState {
  const { report } = p;
  const pausedUntilMs = report?.paused_until?.getTime() ?? 0;
  return {
    stops: p.stops.map(toStop),
    pause: pausedUntilMs > 0 ? { untilMs: pausedUntilMs, reason: report?.pause_reason ?? 'paused' } : null,
    messaging: p.messaging,
    marketing: p.marketing,
    marketingCap: p.marketingCap,
    mediaFreeAtMs: report?.media_paused_until?.getTime() ?? 0,
    pairFreeAtMs: p.pairFreeAtMs,
    warmUp: p.warmUp,
    // A second is over before an answer about it is read.
    throughputFreeAtMs: 0,
  };
}

function pairOf(of: { readonly phone_number_id: string; readonly recipient: string }): string {
  return `${of.phone_number_id} ${of.recipient}`;
}

/** Meta said that the recipient had too many. Other refusals hold the recipient as well, but not because of the pair. */
function isOfPair({ code }: WaitingRefusal): boolean {
  return code !== null && reactionTo(code).slow === 'pair';
}

function ownersOf({ wabaId, portfolioId }: PhoneNumber) {
  return { wabaId, portfolioId };
}

function concerns(stop: StopRow, number: PhoneNumber): boolean {
  return (
    stop.scope_id === number.phoneNumberId ||
    stop.scope_id === number.wabaId ||
    stop.scope_id === number.portfolioId ||
    stop.scope_id.startsWith(`${number.wabaId}/`)
  );
}

function limitView(limit: string, allowed: number, used: number, resetsAtMs: number | null): LimitView {
  const counted = Math.min(used, allowed);
  return { limit, allowed, used: counted, left: allowed - counted, resets_at: counted === 0 ? null : iso(resetsAtMs) };
}

/** The messaging limit as one among others; nothing where there is none to keep. */
function messagingLimits(standing: MessagingStanding, nowMs: number): LimitView[] {
  const { allowance, used, lastInMs } = standing;
  if (allowance.kind !== 'limited') return [];
  return [limitView('messaging', allowance.people, used, lastInMs === null ? null : nowMs + lastInMs)];
}

function messagingView({ tier, allowance, asOf }: MessagingStanding): MessagingLimitView {
  return { tier, state: allowance.kind, as_of: asOf?.toISOString() ?? null };
}

/** Something that holds a message or a number, as callers see it. */
export function toHoldView({ limit, untilMs, reason, counted }: Hold): HoldView {
  return { limit, until: iso(untilMs), reason, used: counted?.used ?? null, allowed: counted?.allowed ?? null };
}

function toStopView(row: StopRow): StopView {
  return {
    id: row.id,
    scope: row.scope,
    scope_id: row.scope_id,
    stops: row.stops,
    code: row.code,
    reason: row.reason,
    since: row.since.toISOString(),
    until: row.until?.toISOString() ?? null,
    released_at: row.released_at?.toISOString() ?? null,
    released_by: row.released_by,
  };
}

function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
