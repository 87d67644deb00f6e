import { createRandom, type Random } from '../chance/random.js';
import type { Stateful } from '../state/stateful.js';

/**
 * What each fault does to a send that the limits would let through. `accepts`: whether the platform takes the message
 * (a wamid, statuses); `answers`: whether the client gets a complete answer.
 */
export const FAULTS = {
  lost_response: { accepts: true, answers: false },
  truncated: { accepts: true, answers: false },
  server_error_after: { accepts: true, answers: true },
  garbage: { accepts: true, answers: true },
  hang: { accepts: true, answers: false },
  slow: { accepts: true, answers: true },
  throttle: { accepts: false, answers: true },
  server_error: { accepts: false, answers: true },
  reset_before: { accepts: false, answers: false },
} as const satisfies Record<string, { accepts: boolean; answers: boolean }>;

export type FaultName = keyof typeof FAULTS;
export const FAULT_NAMES = Object.keys(FAULTS) as FaultName[];

/** How unpleasantly webhooks are delivered; probabilities from 0 to 1. */
export interface WebhookFaults {
  /** Per acknowledged POST: it is sent once more, some seconds later. */
  readonly duplicated: number;
  /** Per message: its statuses go out in the reverse order. */
  readonly reordered: number;
  /** Per POST: the answer is not read, so it is delivered again. */
  readonly answer_unread: number;
  /** Per message: `sent` goes out before the answer to the send. */
  readonly early: number;
  /** Most updates in one POST; a POST takes what is due when a connection is free. */
  readonly batch_max: number;
  /** How long an update may wait for others to share its POST. */
  readonly batch_wait_ms: number;
}

/** What becomes of accepted messages: shares from 0 to 1; the rest stays at `sent`. `read` is of the delivered. */
export interface Outcomes {
  readonly delivered: number;
  readonly failed: number;
  readonly read: number;
  /** Of the messages read: those whose `delivered` never comes, as when the chat was open. */
  readonly skip_delivered: number;
  /** Of the voice messages read: those that are played. */
  readonly played: number;
}

/** Everything that can go wrong on purpose. Fault probabilities are per send and add up to at most 1. */
export interface FaultSettings {
  readonly sends: Readonly<Partial<Record<FaultName, number>>>;
  /** Faults by chance hit only the first send of a `to` + `biz_opaque_callback_data`. */
  readonly only_first_attempt: boolean;
  /** Steps taken one per send to that recipient (digits): `ok`, a fault's name or a Graph code. */
  readonly by_recipient: Readonly<Record<string, readonly string[]>>;
  readonly webhooks: WebhookFaults;
  readonly outcomes: Outcomes;
}

const CALM: WebhookFaults = {
  duplicated: 0,
  reordered: 0,
  answer_unread: 0,
  early: 0,
  batch_max: 10,
  batch_wait_ms: 0,
};

const NASTY: WebhookFaults = {
  duplicated: 0.2,
  reordered: 0.3,
  answer_unread: 0.05,
  early: 0.1,
  batch_max: 50,
  batch_wait_ms: 100,
};

const USUAL: Outcomes = { delivered: 0.97, failed: 0.01, read: 0.6, skip_delivered: 0, played: 0.5 };
const PLAIN = { only_first_attempt: false, by_recipient: {} };

/**
 * The levels of `--faults`. In `some` and `nasty` every send whose outcome the client cannot know was accepted, so
 * that each is settled by its webhooks in the end; not-accepted ambiguous faults must be asked for by name.
 */
export const FAULT_PRESETS = {
  none: { ...PLAIN, sends: {}, webhooks: CALM, outcomes: { ...USUAL, delivered: 1, failed: 0 } },
  some: {
    ...PLAIN,
    sends: { lost_response: 0.005, slow: 0.005, server_error_after: 0.002 },
    webhooks: CALM,
    outcomes: USUAL,
  },
  nasty: {
    ...PLAIN,
    sends: { lost_response: 0.02, truncated: 0.01, server_error_after: 0.01, slow: 0.02, throttle: 0.01 },
    webhooks: NASTY,
    outcomes: { ...USUAL, skip_delivered: 0.1 },
  },
} as const satisfies Record<string, FaultSettings>;

export type FaultPreset = keyof typeof FAULT_PRESETS;

/** What happens to one send; `detail` in [0, 1) settles variants (which 5xx, how slow). */
export interface FaultDraw {
  readonly fault?: FaultName;
  /** Graph code to refuse with, asked for by `by_recipient`. */
  readonly code?: number;
  readonly detail: number;
}

interface Saved {
  readonly position: number;
  readonly settings: FaultSettings;
  readonly steps: Map<string, string[]>;
  readonly seen: Set<string>;
}

/** Deals out faults, one draw per send; the same seed, settings and order of sends give the same faults. */
export class FaultDealer implements Stateful {
  private readonly random: Random;
  private steps = new Map<string, string[]>();
  private seen = new Set<string>();
  private current: FaultSettings;

  constructor(seed: number, settings: FaultSettings) {
    this.random = createRandom(seed, 'faults');
    this.current = settings;
    this.use(settings);
  }

  get settings(): FaultSettings {
    return this.current;
  }

  /** Changes the settings; lists by recipient begin anew, the stream of chance goes on. */
  use(settings: FaultSettings): void {
    this.current = settings;
    this.steps.clear();
    for (const [to, steps] of Object.entries(settings.by_recipient)) this.steps.set(digitsOf(to), [...steps]);
  }

  /** Back to the first draw of the seed. */
  reset(): void {
    this.random.rewind();
    this.seen.clear();
    this.use(this.current);
  }

  save(): unknown {
    return { position: this.random.position, settings: this.current, steps: this.steps, seen: this.seen };
  }

  load(saved: unknown): void {
    const { position, settings, steps, seen } = saved as Saved;
    this.random.position = position;
    this.current = settings;
    this.steps = steps;
    this.seen = seen;
  }

  /** Decides one send. Always takes two numbers, so that a list by recipient does not shift the others' faults. */
  draw(to: string, callbackData: string | null): FaultDraw {
    const chance = this.random.next();
    const detail = this.random.next();
    const step = this.steps.get(to)?.shift();
    const isFirst = !this.current.only_first_attempt || this.isFirst(to, callbackData);
    if (step === 'ok') return { detail };
    if (step !== undefined)
      return /^\d+$/.test(step) ? { code: Number(step), detail } : { fault: step as FaultName, detail };
    return isFirst ? { fault: this.byChance(chance), detail } : { detail };
  }

  private isFirst(to: string, callbackData: string | null): boolean {
    const key = `${to}/${callbackData ?? ''}`;
    if (callbackData === null) return true;
    return !this.seen.has(key) && this.seen.add(key) !== undefined;
  }

  private byChance(chance: number): FaultName | undefined {
    let sum = 0;
    for (const name of FAULT_NAMES) {
      sum += this.current.sends[name] ?? 0;
      if (chance < sum) return name;
    }
    return undefined;
  }
}

/** A phone number without the signs people put into it. */
export const digitsOf = (phone: string): string => phone.replace(/\D/g, '');
