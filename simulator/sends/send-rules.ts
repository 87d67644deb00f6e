import type { PhoneNumber } from '../assets/platform-state.js';
import type { Message, SendApi } from '../messages/message.js';
import type { StoredTemplate } from '../messages/template/stored-template.js';

/** A well-formed send on its way through the rules. */
export interface Attempt {
  readonly api: SendApi;
  readonly number: PhoneNumber;
  readonly message: Message;
  /** Who gets it, in one word: WhatsApp id, user id or group id. */
  readonly user: string;
  /** The template it names, when the store has it. */
  readonly template?: StoredTemplate;
  /** Category in upper case of a template message; MARKETING when the template is not known. */
  readonly category?: string;
  readonly atMs: number;
}

/** A code of Meta's, with details when the usual text of the code says too little. */
export interface Refusal {
  readonly code: number;
  readonly details?: string;
}

/** Refuses an attempt or lets it pass; changes nothing. */
export type Gate = (attempt: Attempt) => Refusal | undefined;

/** A limit: a gate that has to be told of what was accepted. */
export interface SendLimit {
  readonly refusal: Gate;
  spend(attempt: Attempt): void;
}

/** The code an accepted message fails with later, instead of being delivered. */
export type Fate = (attempt: Attempt) => number | undefined;

/** Hears that an accepted message will be delivered, and when; told at its acceptance. */
export type DeliveryListener = (attempt: Attempt, deliveredAtMs: number) => void;

/** What becomes of the messages that pacing has held (cloud-api.md §3.6). */
export type PacingVerdict = 'drop' | 'release';

/** What sends ask of the templates of the platform. */
export interface TemplateSource {
  /** The template that a message names, whatever its status; undefined when there is none. */
  find(wabaId: string, name: string, language: string): StoredTemplate | undefined;
  /** Takes a message of the template: `held` when it waits for the verdict of the pacing (cloud-api.md §3.6). */
  admit(templateId: string): 'accepted' | 'held';
  /** Hears of verdicts: `release` sends all held messages of the template, `drop` fails each with 132015. */
  onPacingVerdict(listener: (templateId: string, verdict: PacingVerdict) => void): void;
}

/** Stages in the order in which they judge: what the sender may do at all, to whom, and what it says. */
const STAGES = ['sender', 'recipient', 'content'] as const;

/** When a gate judges; limits come after all gates, so that a bad send never costs any of a limit. */
export type Stage = (typeof STAGES)[number];

/**
 * Everything that a send is judged by. Each module puts its own gates, limits and fates here; the first of each that
 * has something to say decides.
 */
export class SendRules {
  private readonly gates: Readonly<Record<Stage, Gate[]>> = { sender: [], recipient: [], content: [] };
  private readonly limits: SendLimit[] = [];
  private readonly fates: Fate[] = [];
  private readonly deliveries: DeliveryListener[] = [];
  private readonly verdicts: ((templateId: string, verdict: PacingVerdict) => void)[] = [];
  private source: TemplateSource | undefined;
  /** Whether a media id can be sent by a number; put here by the module that keeps media. */
  knowsMedia: ((mediaId: string, phoneNumberId: string) => boolean) | undefined;
  /** The messaging limit of the portfolio, by Meta's name; put here by the limits. */
  messagingTier: () => string = () => 'TIER_UNLIMITED';

  /** Puts the templates of the platform here; until then none is known. */
  useTemplates(source: TemplateSource): void {
    this.source = source;
    source.onPacingVerdict((templateId, verdict) => {
      for (const listener of this.verdicts) listener(templateId, verdict);
    });
  }

  get templates(): TemplateSource | undefined {
    return this.source;
  }

  onPacingVerdict(listener: (templateId: string, verdict: PacingVerdict) => void): void {
    this.verdicts.push(listener);
  }

  gate(stage: Stage, gate: Gate): void {
    this.gates[stage].push(gate);
  }

  limit(limit: SendLimit): void {
    this.limits.push(limit);
  }

  fate(fate: Fate): void {
    this.fates.push(fate);
  }

  onDelivery(listener: DeliveryListener): void {
    this.deliveries.push(listener);
  }

  /** Why an attempt is refused; undefined when it may go. */
  refusal(attempt: Attempt): Refusal | undefined {
    for (const stage of STAGES) {
      for (const gate of this.gates[stage]) {
        const found = gate(attempt);
        if (found) return found;
      }
    }
    for (const limit of this.limits) {
      const found = limit.refusal(attempt);
      if (found) return found;
    }
    return undefined;
  }

  /** An attempt was accepted: it counts in every limit, at once. */
  spend(attempt: Attempt): void {
    for (const limit of this.limits) limit.spend(attempt);
  }

  /** The code the accepted message will fail with; undefined when nothing is against its delivery. */
  fateOf(attempt: Attempt): number | undefined {
    for (const fate of this.fates) {
      const code = fate(attempt);
      if (code !== undefined) return code;
    }
    return undefined;
  }

  /** A message will be delivered at that instant. */
  deliver(attempt: Attempt, deliveredAtMs: number): void {
    for (const listener of this.deliveries) listener(attempt, deliveredAtMs);
  }
}
