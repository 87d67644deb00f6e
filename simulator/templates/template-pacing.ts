import type { Stateful } from '../state/stateful.js';
import { getOrAdd } from '../structures/get-or-add.js';
import type { Template } from './template.js';

/** How templates are paced (cloud-api.md §3.6). */
export interface PacingSettings {
  /** Messages of the first part, which go out at once; 0 = no pacing. */
  readonly first: number;
  /** How long after the first held message the verdict falls. */
  readonly decideAfterMs: number;
}

/** What becomes of held messages: `release` sends them, `drop` fails each with 132015. */
export type PacingVerdict = 'drop' | 'release';

/** How far the pacing of one template has come. */
export interface PacingRound {
  sent: number;
  held: number;
  /** The template has been judged; it is paced again after an edit, a pause or a bad score. */
  isOver: boolean;
}

/** Days for which utility templates are paced after one of the account was paused. */
const UTILITY_PACED_MS = 7 * 24 * 3_600_000;

/** Decides which messages of a template wait until the first ones have been judged. */
export class TemplatePacing implements Stateful {
  private rounds = new Map<string, PacingRound>();
  private utilityUntilMs = new Map<string, number>();

  constructor(private readonly settings: PacingSettings) {}

  /** Takes one message: true when it has to wait. */
  holds(template: Template, atMs: number): boolean {
    if (this.settings.first === 0 || !this.isPaced(template, atMs)) return false;
    const round = this.roundOf(template.id);
    if (round.isOver) return false;
    if (round.sent < this.settings.first) {
      round.sent++;
      return false;
    }
    round.held++;
    return true;
  }

  /** Messages that wait now. */
  heldOf(templateId: string): number {
    return this.rounds.get(templateId)?.held ?? 0;
  }

  /** Ends the round; nothing waits any more. */
  end(templateId: string): void {
    const round = this.roundOf(templateId);
    round.held = 0;
    round.isOver = true;
  }

  /** Paces the template anew: it was edited, unpaused or judged badly. */
  restart(templateId: string): void {
    this.rounds.delete(templateId);
  }

  /** Notes that a utility template of the account was paused. */
  notePause({ category, wabaId }: Template, atMs: number): void {
    if (category === 'UTILITY') this.utilityUntilMs.set(wabaId, atMs + UTILITY_PACED_MS);
  }

  reset(): void {
    this.rounds = new Map();
    this.utilityUntilMs = new Map();
  }

  save(): unknown {
    return { rounds: this.rounds, utilityUntilMs: this.utilityUntilMs };
  }

  load(saved: unknown): void {
    const { rounds, utilityUntilMs } = saved as Pick<this, never> & {
      rounds: Map<string, PacingRound>;
      utilityUntilMs: Map<string, number>;
    };
    this.rounds = rounds;
    this.utilityUntilMs = utilityUntilMs;
  }

  private isPaced({ category, quality, wabaId }: Template, atMs: number): boolean {
    if (category === 'MARKETING') return quality.score !== 'GREEN';
    return category === 'UTILITY' && (this.utilityUntilMs.get(wabaId) ?? 0) > atMs;
  }

  private roundOf(templateId: string): PacingRound {
    return getOrAdd(this.rounds, templateId, () => ({ sent: 0, held: 0, isOver: false }));
  }
}
