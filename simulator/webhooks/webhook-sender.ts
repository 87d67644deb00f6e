import type { Random } from '../chance/random.js';
import type { Busy } from '../clock/busy.js';
import type { Clock } from '../clock/clock.js';
import type { StartTimer, Timers } from '../clock/timers.js';
import type { WebhookFaults } from '../sends/faults.js';
import type { Stateful } from '../state/stateful.js';
import { type Delivery, noCounts, type WebhookCounts, type WebhookStats } from './delivery.js';
import { type WebhookUpdate, type WrittenUpdate, writeUpdate } from './envelope.js';
import { type SavedLane, WebhookLane } from './webhook-lane.js';
import type { WebhookSettings } from './webhook-settings.js';

/** What the webhook sender needs from the rest. */
export interface WebhookSenderParts {
  readonly timers: Timers;
  readonly busy: Busy;
  readonly clock: Clock;
  readonly random: Random;
  readonly appSecret: string;
  readonly timeScale: number;
  readonly settings: WebhookSettings;
  readonly faults: () => WebhookFaults;
  /** Whether the default app is subscribed to this account. */
  readonly isSubscribed: (wabaId: string) => boolean;
}

/** The callback that `messages` of a number go to instead of the app's; undefined: the app's. */
export type OverrideLookup = (phoneNumberId: string, wabaId: string) => string | undefined;

interface LaneDelivery {
  readonly lane: string;
  readonly delivery: Delivery;
}

interface Saved {
  readonly lanes: Map<string, SavedLane>;
  readonly paused: boolean;
  readonly counts: WebhookCounts;
}

/** The lane of the app whose callback `--callback-url` is. */
const MAIN = 'main';
const OVERRIDE = 'override ';
const APP = 'app ';

/**
 * The one door for webhooks of every kind. Each goes to every subscribed app: to the default app's callback, or for
 * `messages` to the override of the number or account, and to the scenario's other apps; a redelivery goes to all
 * apps again, also to those that had answered (cloud-api.md §4.2).
 */
export class WebhookSender implements Stateful {
  private readonly lanes = new Map<string, WebhookLane>();
  private readonly main: WebhookLane;
  private overrideOf: OverrideLookup = () => undefined;
  private url: string | undefined;
  private paused = false;
  private generation = 0;
  private counts = noCounts();
  private readonly emitLater: StartTimer<WebhookUpdate>;
  private readonly deliverLater: StartTimer<LaneDelivery>;
  private readonly lookAgain: StartTimer<string>;

  constructor(private readonly parts: WebhookSenderParts) {
    const { timers, settings, appSecret } = parts;
    this.emitLater = timers.define('webhooks.emit', (update) => this.put(update), { awaited: true });
    this.deliverLater = timers.define('webhooks.deliver', (timer) => this.deliver(timer));
    this.lookAgain = timers.define('webhooks.ripen', (lane) => this.laneOf(lane).ripen());
    this.main = this.addLane(MAIN, appSecret);
    for (const app of settings.apps) this.addLane(`${APP}${app.id}`, app.app_secret).open(app.callback_url);
  }

  /** How webhooks are delivered. */
  get settings(): WebhookSettings {
    return this.parts.settings;
  }

  get stats(): WebhookStats {
    return { ...this.counts, pending: this.pending };
  }

  /** Updates (and copies of POSTs) that are still to come or to be acknowledged. */
  get pending(): number {
    return this.counts.pending + this.parts.timers.awaited;
  }

  /** Where the default app's webhooks go; undefined: nowhere. */
  get callback(): string | undefined {
    return this.url;
  }

  /** The default app's webhooks go to `url` from now on, also what is waiting. */
  setCallback(url: string | undefined): void {
    this.url = url;
    this.main.open(url);
  }

  /** Overrides are looked up there from now on, for every update anew. */
  useOverrides(overrideOf: OverrideLookup): void {
    this.overrideOf = overrideOf;
  }

  /** The update falls due in `delayMs` of the platform's time; now when it is 0 or less. */
  emit(update: WebhookUpdate, delayMs = 0): void {
    if (delayMs > 0) this.emitLater(delayMs, update);
    else this.put(update);
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    for (const lane of this.lanes.values()) lane.pump();
  }

  /** Forgets what is to come; the answers of POSTs on their way are not counted any more. Ends a pause. */
  reset(): void {
    this.generation++;
    for (const lane of this.lanes.values()) lane.clear();
    this.paused = false;
    this.counts = noCounts();
  }

  save(): unknown {
    const lanes = new Map([...this.lanes].map(([key, lane]) => [key, lane.save()]));
    return { lanes, paused: this.paused, counts: this.counts } satisfies Saved;
  }

  /** Nothing may be on its way. */
  load(saved: unknown): void {
    const { lanes, paused, counts } = saved as Saved;
    this.reset();
    this.paused = paused;
    this.counts = counts;
    for (const [key, lane] of lanes) this.laneOf(key).load(lane);
  }

  async close(): Promise<void> {
    this.reset();
    await Promise.all([...this.lanes.values()].map((lane) => lane.close()));
  }

  private put(update: WebhookUpdate): void {
    const lanes = this.lanesFor(update);
    if (lanes.length === 0) {
      this.counts.dropped++;
      return;
    }
    const written: WrittenUpdate = writeUpdate(update);
    for (const lane of lanes) lane.put(written);
  }

  private lanesFor({ wabaId, number }: WebhookUpdate): WebhookLane[] {
    const lanes = this.otherApps(undefined);
    if (!this.parts.isSubscribed(wabaId)) return lanes;
    const override = number && this.overrideOf(number.id, wabaId);
    const own = override === undefined ? this.main : this.laneOf(`${OVERRIDE}${override}`);
    if (own.isOpen) lanes.push(own);
    return lanes;
  }

  private otherApps(but: string | undefined): WebhookLane[] {
    return this.parts.settings.apps
      .map(({ id }) => `${APP}${id}`)
      .filter((key) => key !== but)
      .map((key) => this.laneOf(key));
  }

  private deliver({ lane: key, delivery }: LaneDelivery): void {
    const lane = this.laneOf(key);
    lane.redeliver(delivery);
    if (delivery.isCopy || this.lanes.size === 1) return;
    const echo = { ...delivery, isCopy: true, copyAfterMs: undefined, unread: 0, attempts: 0 };
    const others = this.otherApps(key);
    if (key.startsWith(APP)) others.push(this.main);
    for (const other of others.filter(({ isOpen }) => isOpen)) {
      this.counts.duplicated++;
      this.counts.pending++;
      other.redeliver(echo);
    }
  }

  /** The lane of a key; that of an override comes to be when it is first needed. */
  private laneOf(key: string): WebhookLane {
    const known = this.lanes.get(key);
    if (known) return known;
    const lane = this.addLane(key, this.parts.appSecret);
    if (key.startsWith(OVERRIDE)) lane.open(key.slice(OVERRIDE.length));
    return lane;
  }

  private addLane(key: string, appSecret: string): WebhookLane {
    const { busy, clock, random, timeScale, settings, faults } = this.parts;
    const shared = { busy, clock, random, timeScale, settings, faults };
    const lane = new WebhookLane(
      {
        ...shared,
        counts: () => this.counts,
        generation: () => this.generation,
        isPaused: () => this.paused,
        deliverLater: (waitMs, delivery) => this.deliverLater(waitMs, { lane: key, delivery }),
        lookAgain: (waitMs) => this.lookAgain(waitMs, key),
      },
      appSecret,
    );
    this.lanes.set(key, lane);
    return lane;
  }
}
