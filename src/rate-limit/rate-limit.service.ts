import { Injectable } from '@nestjs/common';
import type { Counter, Gauge } from 'prom-client';
import { AccountsService } from '../accounts/accounts.service.js';
import type { Verdict } from '../core/limits/admit.js';
import type { WeightOf } from '../core/limits/fair-share.js';
import { arrivedAgoMs } from '../core/limits/inherited-arrival.js';
import { LaneLimiter } from '../core/limits/lane-limiter.js';
import { isMediaError, isMediaKind, MediaCircuit } from '../core/limits/media-circuit.js';
import type { Usage } from '../core/limits/usage-headers.js';
import type { MetaErrorRow } from '../core/meta-errors/meta-error-row.js';
import { reactionTo } from '../core/meta-errors/meta-error-table.js';
import { Db } from '../platform/db/db.js';
import { Every } from '../platform/lifecycle/worker-loop.js';
import { Runtime } from '../platform/runtime.js';
import { Escalations } from './escalations.js';
import { Flight } from './flight.js';
import { InboundWatch } from './inbound-watch.js';
import { type Inheritance, type Learnt, readLearnt } from './inheritance.js';
import { type Candidate, Lane, type PairPlace } from './lane.js';
import { LanePolicies } from './lane-policies.js';
import { LaneReports } from './lane-reports.js';
import type { TakenRefusal } from './late-refusals.store.js';
import { readingsStamp } from './ledger.store.js';
import { MediaWatch } from './media-watch.js';
import { RefusalWatch } from './refusal-watch.js';
import { StopsService } from './stops.service.js';
import { Utilisations } from './utilisations.js';

export type { Flight } from './flight.js';
export type { Candidate, PairPlace } from './lane.js';

/**
 * Longest time between the arming of an attempt and its first byte, in milliseconds. The send loop lets no older one
 * out: a new owner counts recent attempts as sent up to this much later than they were armed, so one that left later
 * still would be missing from its count. A commit that waits for a busy disk can take a good part of it.
 */
export const ARM_TO_WIRE_MS = 2000;

/** Within what time an earlier owner's attempts arrive. Half a second on the way is what a lost packet costs, twice. */
const INHERITED = { armToWireMs: ARM_TO_WIRE_MS, wireToMetaMs: 500 };

/** Meta's error for a number that sends faster than its level: a matter of rate, where the others are of state. */
const THROUGHPUT_REACHED = reactionTo(130429);

/** How often it is asked whether another replica has read levels of numbers. */
const FOLLOW_EVERY_MS = 1000;

/** A refusal that slows a scope down pauses it at least this long. */
const LEAST_PAUSE_MS = 1000;

/** Longest wait for an unreachable Graph API; sending resumes within it once the API is back. */
const UNREACHABLE_MOST_MS = 30_000;

/** What a lane may send in one round. */
export interface LaneQuota {
  readonly upTo: number;
  /** The least urgent priority that may go: 2 for all; 1 while what the business begins is stopped. */
  readonly mostPriority: number;
  /** What the fairness keys of its messages weigh. */
  readonly weightOf: WeightOf;
}

/** What came of one attempt, as far as limits care. */
export interface SendNews {
  readonly phoneNumberId: string;
  readonly type: string;
  readonly template: string | null;
  /** Meta's error code; null when it took the message, or said nothing. */
  readonly code: number | null;
  /** What the code means; null without one. */
  readonly reaction: MetaErrorRow | null;
  /** What the usage headers of the answer said. */
  readonly usage: readonly Usage[];
}

/**
 * The limits of the lanes that this worker owns, in memory: no round trip per message. A new owner derives a lane's
 * state from what the ledger shows, and goes on from what the owner before told of its pauses, rate and media
 * (`inheritance.ts`). Stops are stored (`stops.service.ts`).
 */
@Injectable()
export class RateLimitService {
  private readonly lanes = new Map<string, Lane>();
  /** Sends in a row that found nobody at the other end, per number. */
  private readonly unreachable = new Map<string, number>();
  private readonly inbound: InboundWatch;
  private readonly media: MediaWatch;
  private readonly refusals: RefusalWatch;
  private readonly reports: LaneReports;
  private readonly policies: LanePolicies;
  private readonly escalations: Escalations;
  private readonly utilisations: Utilisations;
  private readonly following: Every;
  private readings: string | null = null;
  /** Whether the gauge shows the lanes as they are: once for many that are taken together. */
  private isMeasured = true;
  private readonly throughput: Gauge<'level'>;
  private readonly pauses: Counter<'scope'>;
  private readonly waits: Counter<'limit'>;

  constructor(
    private readonly accounts: AccountsService,
    private readonly stops: StopsService,
    private readonly db: Db,
    private readonly runtime: Runtime,
  ) {
    const { metrics } = runtime;
    this.inbound = new InboundWatch(db, runtime.clock);
    this.media = new MediaWatch(db, runtime.clock);
    this.refusals = new RefusalWatch(db, runtime.clock);
    this.reports = new LaneReports(db, runtime);
    this.policies = new LanePolicies(db, runtime.clock);
    this.escalations = new Escalations({ db, accounts, policies: this.policies, stops }, runtime);
    this.utilisations = new Utilisations({ db, accounts, policies: this.policies }, runtime);
    this.following = new Every(FOLLOW_EVERY_MS, runtime.clock);
    this.throughput = metrics.gauge('heliograph_lanes', 'Lanes that this worker owns, by messages per second.', [
      'level',
    ]);
    this.pauses = metrics.counter('heliograph_pauses_total', 'Pauses after a refusal, by what was paused.', ['scope']);
    this.waits = metrics.counter('heliograph_limit_waits_total', 'Messages put off, by the limit they wait for.', [
      'limit',
    ]);
  }

  /** How far back attempts matter to a lane's limiter, in milliseconds. */
  get memoryMs(): number {
    return 1000 + this.runtime.config.throughputGuardMs + INHERITED.armToWireMs + INHERITED.wireToMetaMs;
  }

  /** What earlier owners of some lanes had learnt, for `open`, by number. */
  learnt(phoneNumberIds: readonly string[]): Promise<(phoneNumberId: string) => Learnt> {
    return readLearnt(this.db, phoneNumberIds);
  }

  /** Opens the limits of a lane that was just taken, reckoning with what its earlier owner did. */
  open(phoneNumberId: string, earlier: Inheritance): void {
    const limiter = new LaneLimiter(this.throughputOf(phoneNumberId), this.runtime.config.throughputGuardMs);
    const nowMs = this.runtime.clock.monotonicMs();
    const { failures, pausedForMs } = earlier.media;
    const lane = new Lane(limiter, new MediaCircuit({ failures, freeAtMs: nowMs + pausedForMs }));
    const oldestFirst = earlier.attempts.map((attempt) => arrivedAgoMs(attempt, INHERITED)).sort((a, b) => b - a);
    if (earlier.rate !== null) limiter.inheritShare(earlier.rate.share, earlier.rate.agoMs, nowMs);
    if (earlier.pause !== null) limiter.pause(nowMs + earlier.pause.forMs, earlier.pause.reason);
    for (const agoMs of oldestFirst) limiter.inherit(nowMs - agoMs);
    for (const { recipient, paidInMs } of earlier.pairs) lane.inheritPair(recipient, nowMs + paidInMs);
    for (const { recipient, heldForMs } of earlier.holds) lane.inheritHold(recipient, nowMs + heldForMs);
    this.lanes.set(phoneNumberId, lane);
    this.policies.opened(phoneNumberId);
    this.isMeasured = false;
  }

  /** Tells the next owners of lanes what is not told yet, before they are given away. Never throws. */
  leaving(phoneNumberIds: readonly string[]): Promise<void> {
    return this.reports.leaving(phoneNumberIds, this.lanes);
  }

  /** Forgets a lane that was given away. */
  close(phoneNumberId: string): void {
    this.lanes.delete(phoneNumberId);
    this.isMeasured = false;
  }

  /** The limiter of a lane that this worker owns. */
  limiter(phoneNumberId: string): LaneLimiter | undefined {
    return this.lanes.get(phoneNumberId)?.limiter;
  }

  /**
   * Keeps the limits up to date between rounds; asks the database once a second for all lanes. `busy` are the lanes
   * that have something to send: for them room is kept for what people write, and their state is told to others.
   */
  async tend(busy: readonly string[]): Promise<void> {
    await this.escalations.tend((id) => this.limiter(id));
    await this.stops.tend();
    if (await this.policies.tend(this.lanes)) this.adapt();
    if (this.following.due()) await this.followReadings();
    await this.inbound.tend(busy, (id) => this.limiter(id));
    await this.utilisations.tend(busy, this.lanes);
    for (const id of await this.media.tend(busy, this.lanes)) this.mediaPaused(id);
    const late = await this.refusals.tend(busy.filter((id) => this.lanes.has(id)));
    for (const refusal of late) this.hearLate(refusal);
    await this.reports.tend(busy, this.lanes);
    if (!this.isMeasured) this.measure();
  }

  /** Another replica may have read a number's level: takes it on within a second. */
  private async followReadings(): Promise<void> {
    const stamp = await readingsStamp(this.db);
    if (stamp === this.readings) return;
    await this.accounts.refresh();
    this.readings = stamp;
    this.adapt();
  }

  /** What a lane may send by `aheadMs` from now, at most `upTo`; null when nothing. */
  quota(phoneNumberId: string, nowMs: number, upTo: number, aheadMs: number): LaneQuota | null {
    const stops = this.stops.stopsOf(phoneNumberId).filter((stop) => stop.scope !== 'template');
    if (stops.some((stop) => stop.stops === 'all')) return null;
    const allowed = this.lanes.get(phoneNumberId)?.allowed(nowMs, upTo, aheadMs) ?? 0;
    if (allowed === 0) return null;
    const weightOf = this.policies.weightsOf(phoneNumberId);
    return { upTo: allowed, mostPriority: stops.length > 0 ? 1 : 2, weightOf };
  }

  /** When a lane may send one more, as far as is known; infinity for one that is stopped. */
  freeAtMs(phoneNumberId: string, nowMs: number): number {
    const isStopped = this.stops.stopsOf(phoneNumberId).some((s) => s.scope !== 'template' && s.stops === 'all');
    return isStopped ? Infinity : (this.lanes.get(phoneNumberId)?.freeAtMs(nowMs) ?? Infinity);
  }

  /**
   * Decides whether a message may be armed, by every limit but the throughput of its number, which `quota` has answered
   * for. One that may counts from now on. `untilMs` of a wait is monotonic.
   */
  admit(message: Candidate, nowMs: number): Verdict {
    const lane = this.lanes.get(message.phoneNumberId);
    // Stops are instants of the calendar; here only whether they hold matters, and for how long about.
    const offsetMs = nowMs - this.runtime.clock.now().getTime();
    const stops = this.stops
      .stopsOf(message.phoneNumberId)
      .map((stop) => ({ ...stop, untilMs: stop.untilMs === null ? null : stop.untilMs + offsetMs }));
    const verdict = lane?.admit(message, stops, nowMs) ?? { kind: 'go' };
    if (verdict.kind !== 'go') this.waits.inc({ limit: verdict.limit });
    return verdict;
  }

  /** The account and the portfolio that a number belongs to; empty when they are not known. */
  ownersOf(phoneNumberId: string): { readonly wabaId: string; readonly portfolioId: string } {
    const { wabaId = '', portfolioId = '' } = this.accounts.phoneNumber(phoneNumberId) ?? {};
    return { wabaId, portfolioId };
  }

  /** What was admitted in this round has been launched, or was taken by nobody. */
  endRound(phoneNumberIds: readonly string[], nowMs: number): void {
    for (const id of phoneNumberIds) this.lanes.get(id)?.endRound(nowMs);
  }

  /** The place of a message that this round admitted, among those of its pair; undefined when it was not. */
  claimPlace(message: { id: string; phone_number_id: string }): PairPlace | undefined {
    return this.lanes.get(message.phone_number_id)?.claimPlace(message.id);
  }

  /** A message is sent again in `ms`: nothing else goes to its recipient before. */
  holdPair(ofPair: PairPlace, ms: number): void {
    ofPair.pair.hold(this.runtime.clock.monotonicMs() + ms);
  }

  /**
   * Gives a message of a lane its slot and follows it on its way; undefined when the lane is not this worker's.
   * `mayStillSend` is asked right before the first byte.
   */
  launch(phoneNumberId: string, mayStillSend: () => boolean, ofPair?: PairPlace): Flight | undefined {
    const lane = this.lanes.get(phoneNumberId);
    return lane === undefined ? undefined : new Flight(lane.limiter, this.runtime.clock, mayStillSend, ofPair);
  }

  /** Brings every limiter to the level that was last read from Meta. */
  adapt(): void {
    for (const [id, { limiter }] of this.lanes) limiter.setThroughput(this.throughputOf(id));
    this.measure();
  }

  /** Takes on what an answer of Meta's says about limits, on the lanes that this worker owns. */
  hear(news: SendNews): void {
    const { phoneNumberId, reaction } = news;
    for (const usage of news.usage) if (usage.regainInMs > 0) this.pauseCalls(phoneNumberId, usage);
    this.countMedia(news);
    if (reaction === null) return;
    const isStopped = this.stops.learn(phoneNumberId, news.code, reaction.title, news.template);
    const limiter = this.limiter(phoneNumberId);
    if (limiter !== undefined)
      this.escalations.refused(phoneNumberId, { code: news.code, title: reaction.title }, limiter);
    // A stop holds exactly what it must, and a person can release it; a pause beside it would hold replies as well.
    if (!isStopped) this.react(phoneNumberId, reaction);
  }

  /**
   * Takes on what a status told of a message that was sent a while ago: as much as an answer at that instant would
   * still mean now. It is no step of an escalation: statuses trickle in long after the lane has stopped.
   */
  private hearLate({ phone_number_id, code, sent_ago_ms }: TakenRefusal): void {
    const limiter = this.limiter(phone_number_id);
    const nowMs = this.runtime.clock.monotonicMs();
    const reaction = reactionTo(code);
    if (reaction === THROUGHPUT_REACHED) limiter?.giveWay(nowMs, nowMs - sent_ago_ms);
    else limiter?.pause(nowMs - sent_ago_ms + reaction.pauseMs, reaction.title);
    this.pauses.inc({ scope: reaction === THROUGHPUT_REACHED ? 'throughput' : reaction.slow });
  }

  /** Slows down what a refusal of Meta's says must slow down. */
  react(phoneNumberId: string, reaction: MetaErrorRow): void {
    const nowMs = this.runtime.clock.monotonicMs();
    const untilMs = nowMs + Math.max(reaction.pauseMs, LEAST_PAUSE_MS);
    if (reaction === THROUGHPUT_REACHED) {
      this.limiter(phoneNumberId)?.giveWay(nowMs);
      this.pauses.inc({ scope: 'throughput' });
      return;
    }
    this.pauseAll(this.lanesOf(reaction.slow, phoneNumberId), untilMs, reaction.title);
    if (reaction.slow !== 'none') this.pauses.inc({ scope: reaction.slow });
  }

  /** Nobody answered at the other end: the lane waits longer and longer, up to half a minute, instead of hammering. */
  backOff(phoneNumberId: string): void {
    const nowMs = this.runtime.clock.monotonicMs();
    // Sends that were under way together fail together: that is one failure, and the pause it began goes on.
    const limiter = this.limiter(phoneNumberId);
    if (limiter === undefined || limiter.pauseAt(nowMs) !== null) return;
    const failures = (this.unreachable.get(phoneNumberId) ?? 0) + 1;
    this.unreachable.set(phoneNumberId, failures);
    const waitMs = Math.min(UNREACHABLE_MOST_MS, 250 * 2 ** Math.min(failures - 1, 10));
    limiter.pause(nowMs + waitMs, 'The Graph API cannot be reached', true);
    this.pauses.inc({ scope: 'unreachable' });
  }

  /** Somebody answered: the next failure begins with a short wait again. */
  reached(phoneNumberId: string): void {
    if (this.unreachable.size > 0) this.unreachable.delete(phoneNumberId);
  }

  /** Meta says for how long it refuses calls of a WABA, or of the app: nothing of it is sent until then. */
  private pauseCalls(phoneNumberId: string, usage: Usage): void {
    const untilMs = this.runtime.clock.monotonicMs() + usage.regainInMs;
    const reason = 'the calls of this hour are used up, and Meta says when there are new ones';
    const own = this.accounts.phoneNumber(phoneNumberId)?.wabaId;
    if (usage.wabaId !== null && usage.wabaId !== own) return;
    const lanes = this.lanesOf(usage.wabaId === null ? 'app' : 'waba', phoneNumberId);
    this.pauseAll(lanes, untilMs, reason);
    this.pauses.inc({ scope: 'usage' });
  }

  private pauseAll(phoneNumberIds: readonly string[], untilMs: number, reason: string): void {
    for (const id of phoneNumberIds) {
      this.limiter(id)?.pause(untilMs, reason);
      this.reports.changed(id, true);
    }
  }

  private countMedia({ phoneNumberId, type, code }: SendNews): void {
    const media = this.lanes.get(phoneNumberId)?.media;
    if (media === undefined || !isMediaKind(type)) return;
    const before = media.failures;
    const isPaused = isMediaError(code) && media.failed(this.runtime.clock.monotonicMs());
    if (code === null) media.succeeded();
    if (isPaused) this.mediaPaused(phoneNumberId);
    else if (media.failures !== before) this.reports.changed(phoneNumberId, false);
  }

  private mediaPaused(phoneNumberId: string): void {
    this.pauses.inc({ scope: 'media' });
    this.reports.changed(phoneNumberId, true);
  }

  /** The lanes of this worker that share what an error slows down. */
  private lanesOf(slow: MetaErrorRow['slow'], phoneNumberId: string): string[] {
    if (slow === 'number') return [phoneNumberId];
    const appOf = (id: string) => this.accounts.waba(this.accounts.phoneNumber(id)?.wabaId ?? '')?.appId;
    const wabaOf = (id: string) => this.accounts.phoneNumber(id)?.wabaId;
    if (slow === 'app') return [...this.lanes.keys()].filter((id) => appOf(id) === appOf(phoneNumberId));
    if (slow !== 'waba' && slow !== 'account') return [];
    return [...this.lanes.keys()].filter((id) => wabaOf(id) === wabaOf(phoneNumberId));
  }

  private throughputOf(phoneNumberId: string): number {
    return Math.min(this.levelOf(phoneNumberId), this.policies.maxMpsOf(phoneNumberId));
  }

  private levelOf(phoneNumberId: string): number {
    return this.accounts.phoneNumber(phoneNumberId)?.throughputMps ?? 20;
  }

  private measure(): void {
    this.isMeasured = true;
    this.throughput.reset();
    for (const id of this.lanes.keys()) this.throughput.inc({ level: String(this.levelOf(id)) });
  }
}
