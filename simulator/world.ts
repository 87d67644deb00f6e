import type { Accounts } from './assets/accounts.js';
import type { PlatformState } from './assets/platform-state.js';
import type { RandomStreams } from './chance/streams.js';
import type { Busy } from './clock/busy.js';
import type { Clock } from './clock/clock.js';
import type { PlatformTime } from './clock/platform-time.js';
import type { Scheduler } from './clock/scheduler.js';
import type { Timers } from './clock/timers.js';
import type { ControlRegistry } from './control/control-registry.js';
import type { Policies } from './graph/policies.js';
import type { GraphRegistry } from './graph/registry.js';
import type { MediaStore } from './media/media-store.js';
import type { SimulatorOptions } from './options.js';
import type { RecipientRule } from './scenario/scenario.js';
import type { ScenarioReader } from './scenario/scenario-reader.js';
import type { FaultDealer } from './sends/faults.js';
import type { Ledger } from './sends/ledger.js';
import type { People } from './sends/people.js';
import type { SendCounters } from './sends/send-counters.js';
import type { SendRules } from './sends/send-rules.js';
import type { WamidSource } from './sends/wamid.js';
import type { StateKeeper } from './state/state-keeper.js';
import type { Templates } from './templates/templates.js';
import type { Traffic } from './traffic.js';
import type { InboundDoor } from './users/inbound-door.js';
import type { WebhookSender } from './webhooks/webhook-sender.js';

/** The numbers of the options that everybody needs, with their defaults filled in. */
export interface Settings {
  readonly seed: number;
  /** Multiplies every delay of statuses, redelivery and slow answers. */
  readonly timeScale: number;
  /** How long an answer takes, in milliseconds of real time; 0 on a virtual clock. */
  readonly latencyMs: number;
}

/** How people read what reaches them; put here by the module that has the people. */
export interface Readers {
  /** The end that messages to a number come to; undefined: as the scenario's outcomes say. */
  ruleOf: (waId: string) => RecipientRule | undefined;
}

/** The platform as a whole, as control calls steer it. */
export interface Whole {
  stats(): unknown;
  /** Webhooks go to `url` from now on; undefined: nowhere. */
  setCallback(url: string | undefined): void;
  /** As new, but for the callback and the faults that were set. */
  reset(): Promise<void>;
  /** Resolves with whether nothing was pending any more within that (real) time. */
  whenIdle(timeoutMs: number): Promise<boolean>;
  /** All state as bytes, the clock included, once nothing is on its way. */
  save(): Promise<Buffer>;
  /** Takes bytes that `save` gave. */
  load(bytes: Buffer): Promise<void>;
}

/**
 * What every module of the platform is given, and all it is given: the one clock, the one source of chance, the one
 * door for webhooks, and the places to put endpoints, control calls and state.
 */
export interface World {
  readonly options: SimulatorOptions;
  readonly settings: Settings;
  /** Members of the scenario are taken from here while the modules are put together. */
  readonly scenario: ScenarioReader;
  /** The instant of the platform, in epoch milliseconds. */
  readonly clock: Clock;
  /** The same clock, to move it. */
  readonly time: PlatformTime;
  /** Everything that is to happen later in the platform's time. */
  readonly timers: Timers;
  /** Real time, for what open connections wait for. */
  readonly realTimers: Scheduler;
  readonly busy: Busy;
  readonly random: RandomStreams;
  readonly state: StateKeeper;
  readonly assets: PlatformState;
  /** What is known of accounts and numbers beside their traffic. */
  readonly accounts: Accounts;
  readonly templates: Templates;
  readonly media: MediaStore;
  readonly graph: GraphRegistry;
  readonly control: ControlRegistry;
  readonly policies: Policies;
  /** What sends are judged by: modules put their gates, limits and fates here. */
  readonly rules: SendRules;
  readonly people: People;
  readonly traffic: Traffic;
  readonly webhooks: WebhookSender;
  readonly dealer: FaultDealer;
  readonly ledger: Ledger;
  readonly counters: SendCounters;
  /** Ids of messages that no client sent. */
  readonly wamids: WamidSource;
  /** The one door for what users write. */
  readonly inbound: InboundDoor;
  readonly readers: Readers;
  readonly whole: Whole;
  /** Where the platform listens, without a final slash; known once it does. */
  readonly baseUrl: () => string;
}

/** A part of the platform: called once, it puts its endpoints, control calls, timers and state into the world. */
export type Module = (world: World) => void;
