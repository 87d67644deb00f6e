import type { Clock } from '../clock/clock.js';
import type { StartTimer } from '../clock/timers.js';
import type { DueChange, JsonObject, QualityScore, Rejection, Template, TemplateCategory } from './template.js';
import type { TemplateFault } from './template-fault.js';
import {
  archived,
  categoryChangeAnnounced,
  componentsNotice,
  deletedNotice,
  deletionBegun,
  disabled,
  IDLE_MS,
  pausedInPacing,
  qualityChanged,
  recategorised,
  reviewed,
  type TemplateNotice,
  type Transition,
  unarchived,
  unpaused,
} from './template-life.js';
import type { PacingVerdict, TemplatePacing } from './template-pacing.js';
import type { Feedback, TemplateFeedback } from './template-quality.js';
import { isFault } from './template-request.js';
import { reviewTemplate } from './template-review.js';
import type { TemplateStore } from './template-store.js';

/** What a timer of templates carries: which of a template's changes is due. One that was taken back since does nothing. */
export interface DueTemplate {
  readonly id: string;
  readonly kind: DueChange['kind'];
  readonly atMs: number;
}

/** What the desk works with. */
export interface TemplateDeskParts {
  readonly clock: Clock;
  readonly store: TemplateStore;
  readonly feedback: TemplateFeedback;
  readonly pacing: TemplatePacing;
  readonly startTimer: StartTimer<DueTemplate>;
  readonly announce: (wabaId: string, notice: TemplateNotice) => void;
  /** Whether the portfolio behind an account is verified. */
  readonly isVerified: (wabaId: string) => boolean;
  /** How long a review takes; undefined: for ever, until the control API decides. */
  readonly reviewMs: () => number | undefined;
  /** Whether the feedback of people changes the quality. */
  readonly isQualityLive: boolean;
  readonly pacingDecideAfterMs: number;
}

/** Called with the verdict on all held messages of a template. */
export type PacingListener = (template: Template, verdict: PacingVerdict) => void;

/** Carries out what happens to templates: by their owner, by Meta, by the clock and by the people who get them. */
export class TemplateDesk {
  private readonly listeners: PacingListener[] = [];

  constructor(private readonly parts: TemplateDeskParts) {}

  get store(): TemplateStore {
    return this.parts.store;
  }

  create(wabaId: string, body: JsonObject): Template | TemplateFault {
    const { store, clock, isVerified } = this.parts;
    const made = store.create(wabaId, body, isVerified(wabaId), clock());
    return isFault(made) ? made : this.submit(made);
  }

  edit(template: Template, body: JsonObject): Template | TemplateFault {
    const { store, clock, announce, feedback, pacing } = this.parts;
    const edited = store.edited(template, body, clock());
    if (isFault(edited)) return edited;
    feedback.forget(template.id);
    pacing.restart(template.id);
    if (body.components !== undefined) announce(edited.wabaId, componentsNotice(edited));
    return this.submit(edited);
  }

  /** Deletes a template. DISABLED ones can't be (cloud-api.md §3.2). */
  remove(template: Template): void {
    const { store, clock, announce } = this.parts;
    const nowMs = clock();
    if (template.status === 'PENDING_DELETION') return;
    if (template.status !== 'APPROVED' && template.status !== 'PAUSED') {
      store.drop(template);
      announce(template.wabaId, deletedNotice(template));
      return;
    }
    store.lock(template, nowMs);
    this.settle(deletionBegun(template, nowMs));
  }

  /** Ends a review: by the rules when no verdict is given. */
  review(template: Template, verdict?: 'approve' | Rejection): Template {
    const { store, clock } = this.parts;
    const rejection = verdict === undefined ? reviewTemplate(template, store.of(template.wabaId)) : verdict;
    return this.settle(reviewed(template, rejection === 'approve' ? undefined : rejection, clock()));
  }

  setQuality(template: Template, score: QualityScore): Template {
    const settled = this.settle(qualityChanged(template, score, this.parts.clock()));
    if (settled.status === 'PAUSED') this.parts.pacing.notePause(settled, this.parts.clock());
    return settled;
  }

  disable(template: Template): Template {
    return this.settle(disabled(template, this.parts.clock()));
  }

  unpause(template: Template): Template {
    this.parts.feedback.forget(template.id);
    this.parts.pacing.restart(template.id);
    return this.settle(unpaused(template, this.parts.clock()));
  }

  archive(template: Template): Template {
    return this.settle(archived(template, this.parts.clock()));
  }

  unarchive(template: Template): Template {
    return this.settle(unarchived(template, this.parts.clock()));
  }

  changeCategory(template: Template, correct: TemplateCategory): Template {
    return this.settle(categoryChangeAnnounced(template, correct, this.parts.clock()));
  }

  /** Notes what somebody did with a message of the template, and what Meta makes of it. */
  hear(template: Template, kind: Feedback): void {
    const { feedback, clock, store } = this.parts;
    const nowMs = clock();
    feedback.add(template.id, kind, nowMs);
    if (kind === 'read' || !this.parts.isQualityLive) return;
    const score = feedback.score(template.id, nowMs);
    const current = store.get(template.id);
    if (score && current && current.status === 'APPROVED' && score !== current.quality.score)
      this.setQuality(current, score);
  }

  /** Takes a message of the template: true when it is held until the pacing is judged. */
  holds(template: Template): boolean {
    const { pacing, clock, startTimer, pacingDecideAfterMs } = this.parts;
    const nowMs = clock();
    const wasHeld = pacing.heldOf(template.id) > 0;
    const isHeld = pacing.holds(template, nowMs);
    if (isHeld && !wasHeld) {
      const due: DueChange = { kind: 'release', atMs: nowMs + pacingDecideAfterMs };
      this.store.put({ ...template, due: [...template.due, due] });
      startTimer(pacingDecideAfterMs, { id: template.id, ...due });
    }
    return isHeld;
  }

  /** Hears of every verdict on held messages. */
  onVerdict(listener: PacingListener): void {
    this.listeners.push(listener);
  }

  /** Judges a template that is being paced: by its feedback when no verdict is given. */
  judgePacing(template: Template, verdict?: PacingVerdict): Template {
    const { feedback, pacing, clock } = this.parts;
    const nowMs = clock();
    const score = feedback.score(template.id, nowMs);
    const isBad = verdict === undefined ? score === 'RED' : verdict === 'drop';
    pacing.end(template.id);
    const without = { ...template, due: template.due.filter(({ kind }) => kind !== 'release') };
    let settled: Template;
    if (isBad) {
      const told = qualityNotice(without, 'RED', nowMs);
      settled = this.settle(pausedInPacing(told.template, nowMs), told.notices);
      pacing.notePause(settled, nowMs);
    } else {
      // Too little feedback within the guardrail time releases as well, but says nothing about the quality.
      const isKnown = score !== undefined || verdict === 'release';
      settled = isKnown
        ? this.settle(qualityChanged(without, 'GREEN', nowMs))
        : this.settle({ template: without, notices: [] });
    }
    for (const listener of this.listeners) listener(settled, isBad ? 'drop' : 'release');
    return settled;
  }

  /** Runs a change that has fallen due; one that was taken back or moved since does nothing. */
  run({ id, kind, atMs }: DueTemplate): void {
    const template = this.store.get(id);
    if (!template?.due.some((due) => due.kind === kind && due.atMs === atMs)) return;
    const nowMs = this.parts.clock();
    switch (kind) {
      case 'review':
        this.review(template);
        return;
      case 'unpause':
        this.unpause(template);
        return;
      case 'recategorise':
        this.settle(recategorised(template, nowMs));
        return;
      case 'release':
        this.judgePacing(template);
        return;
      case 'archive':
        this.archiveIfIdle(template, nowMs);
        return;
      case 'delete':
        this.store.drop(template);
        this.parts.announce(template.wabaId, deletedNotice(template));
    }
  }

  /** Remembers that a template was used, for the year of idleness. */
  noteUse(template: Template): void {
    const current = this.store.get(template.id);
    if (current) this.store.put({ ...current, usedAtMs: this.parts.clock() });
  }

  private archiveIfIdle(template: Template, nowMs: number): void {
    const idleFromMs = template.usedAtMs ?? template.updatedAtMs;
    if (nowMs - idleFromMs >= IDLE_MS) {
      this.archive(template);
      return;
    }
    const due: DueChange = { kind: 'archive', atMs: idleFromMs + IDLE_MS };
    this.settle({
      template: { ...template, due: [...template.due.filter(({ kind }) => kind !== 'archive'), due] },
      notices: [],
    });
  }

  private submit(template: Template): Template {
    const reviewMs = this.parts.reviewMs();
    const rest = template.due.filter(({ kind }) => kind === 'recategorise');
    if (reviewMs === undefined) return this.settle({ template: { ...template, due: rest }, notices: [] });
    const due: DueChange = { kind: 'review', atMs: this.parts.clock() + reviewMs };
    return this.settle({ template: { ...template, due: [...rest, due] }, notices: [] });
  }

  /** Stores what a transition made, starts the timers of what is newly due, and tells the business. */
  private settle({ template, notices }: Transition, before: readonly TemplateNotice[] = []): Template {
    const { store, clock, startTimer, announce } = this.parts;
    const known = store.get(template.id)?.due ?? [];
    store.put(template);
    for (const due of template.due) {
      if (known.some(({ kind, atMs }) => kind === due.kind && atMs === due.atMs)) continue;
      startTimer(Math.max(0, due.atMs - clock()), { id: template.id, ...due });
    }
    for (const notice of [...before, ...notices]) announce(template.wabaId, notice);
    return template;
  }
}

/** A change of the score without what a RED one would set off by itself. */
function qualityNotice(template: Template, score: QualityScore, nowMs: number): Transition {
  return qualityChanged({ ...template, status: 'PENDING' }, score, nowMs);
}
