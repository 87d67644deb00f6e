import {
  componentOf,
  type DueChange,
  objectsIn,
  type QualityScore,
  type Rejection,
  type Template,
  type TemplateCategory,
  type TemplateStatus,
  textOf,
} from './template.js';

const SECOND_MS = 1000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How long the first and the second quality pause last; the third disables (cloud-api.md §3.6). */
export const PAUSES_MS = [3 * HOUR_MS, 6 * HOUR_MS] as const;

/** Notice Meta gives before it changes a category. */
export const CATEGORY_NOTICE_MS = DAY_MS;

/** How long a deleted template lingers, and its name stays locked. */
export const DELETION_MS = 30 * DAY_MS;

/** How long a template may lie idle before it is archived, and how long it is kept after that. */
export const IDLE_MS = 365 * DAY_MS;
const ARCHIVED_MS = 28 * DAY_MS;

/** A webhook about a template: its field and value. */
export interface TemplateNotice {
  readonly field: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** What becomes of a template, and what Meta tells the business about it. */
export interface Transition {
  readonly template: Template;
  readonly notices: readonly TemplateNotice[];
}

/** The members by which webhooks name a template: its id is a number there and a string in REST (cloud-api.md §3.5). */
const naming = ({ id, name, language }: Template): Record<string, unknown> => ({
  message_template_id: Number(id),
  message_template_name: name,
  message_template_language: language,
});

function statusNotice(template: Template, event: string, extra: Record<string, unknown> = {}): TemplateNotice {
  return {
    field: 'message_template_status_update',
    value: { event, ...naming(template), reason: 'NONE', message_template_category: template.category, ...extra },
  };
}

/** The template with another list of what is due: `kinds` are taken out, `added` comes in. */
function withDue(template: Template, kinds: readonly DueChange['kind'][], ...added: DueChange[]): Template {
  return { ...template, due: [...template.due.filter(({ kind }) => !kinds.includes(kind)), ...added] };
}

function changed(template: Template, status: TemplateStatus, nowMs: number, more: Partial<Template> = {}): Template {
  return { ...template, ...more, status, updatedAtMs: nowMs };
}

/** A review has come to its end: approved without a rejection, refused with one. */
export function reviewed(template: Template, rejection: Rejection | undefined, nowMs: number): Transition {
  const rest = withDue(template, ['review', 'archive'], { kind: 'archive', atMs: nowMs + IDLE_MS });
  if (!rejection) {
    const { rejection: _, ...approved } = changed(rest, 'APPROVED', nowMs);
    return { template: approved, notices: [statusNotice(approved, 'APPROVED')] };
  }
  const rejected = changed(rest, 'REJECTED', nowMs, { rejection });
  const info = rejection.info ? { rejection_info: rejection.info } : {};
  return { template: rejected, notices: [statusNotice(rejected, 'REJECTED', { reason: rejection.reason, ...info })] };
}

/**
 * Meta's judgement has changed. RED pauses an approved template for 3 hours, the second time for 6, and disables it the
 * third time (cloud-api.md §3.6).
 */
export function qualityChanged(template: Template, score: QualityScore, nowMs: number): Transition {
  const before = template.quality.score;
  const judged: Template = { ...template, quality: { score, atMs: nowMs }, updatedAtMs: nowMs };
  const quality: TemplateNotice = {
    field: 'message_template_quality_update',
    value: { previous_quality_score: before, new_quality_score: score, ...naming(template) },
  };
  const told = before === score ? [] : [quality];
  if (score !== 'RED' || template.status !== 'APPROVED') return { template: judged, notices: told };
  const paused = pausedForQuality(judged, nowMs);
  return { template: paused.template, notices: [...told, ...paused.notices] };
}

function pausedForQuality(template: Template, nowMs: number): Transition {
  const pauses = template.pauses + 1;
  const forMs = PAUSES_MS[pauses - 1];
  if (forMs === undefined) return disabled({ ...template, pauses }, nowMs);
  const untilMs = nowMs + forMs;
  const next = changed(template, 'PAUSED', nowMs, { pauses, pausedInPacing: false });
  const paused = withDue(next, ['unpause'], { kind: 'unpause', atMs: untilMs });
  const title = pauses === 1 ? 'FIRST_PAUSE' : 'SECOND_PAUSE';
  const description = `Your WhatsApp message template has been paused for ${forMs / HOUR_MS} hours because of its quality.`;
  return { template: paused, notices: [statusNotice(paused, 'PAUSED', { other_info: { title, description } })] };
}

/** Pacing has ended badly: paused until somebody unpauses it by hand (cloud-api.md §3.6). */
export function pausedInPacing(template: Template, nowMs: number): Transition {
  const next = changed(template, 'PAUSED', nowMs, { pausedInPacing: true, pauses: template.pauses + 1 });
  const paused = withDue(next, ['unpause', 'release']);
  const description = 'Your WhatsApp message template has been paused because of the feedback to its first messages.';
  return {
    template: paused,
    notices: [statusNotice(paused, 'PAUSED', { other_info: { title: 'RATE_LIMITING_PAUSE', description } })],
  };
}

/** Paused too often, or by an operator of the simulator: for good. */
export function disabled(template: Template, nowMs: number): Transition {
  const next = withDue(changed(template, 'DISABLED', nowMs), ['unpause', 'release', 'archive']);
  const disableDate = new Date(nowMs).toISOString().slice(0, 10);
  const description = 'Your WhatsApp message template has been disabled because of its quality.';
  const extra = { disable_info: { disable_date: disableDate }, other_info: { title: 'DISABLED', description } };
  return { template: next, notices: [statusNotice(next, 'DISABLED', extra)] };
}

/** A pause ends, by itself or by hand. */
export function unpaused(template: Template, nowMs: number): Transition {
  const next = withDue(changed(template, 'APPROVED', nowMs, { pausedInPacing: false }), ['unpause']);
  const description = 'Your WhatsApp message template has been unpaused.';
  return {
    template: next,
    notices: [statusNotice(next, 'APPROVED', { other_info: { title: 'UNPAUSE', description } })],
  };
}

/** Meta thinks that the category is another one, and will say so for 24 hours before it acts. */
export function categoryChangeAnnounced(template: Template, correct: TemplateCategory, nowMs: number): Transition {
  const atMs = nowMs + CATEGORY_NOTICE_MS;
  const next = withDue({ ...template, correctCategory: correct }, ['recategorise'], { kind: 'recategorise', atMs });
  const { category } = template;
  return {
    template: next,
    notices: [
      {
        field: 'template_correct_category_detection',
        value: { ...naming(template), category, correct_category: correct },
      },
      {
        field: 'template_category_update',
        value: {
          ...naming(template),
          // In the notice `new_category` is the current one; only the second webhook has the new one (§3.6).
          new_category: category,
          correct_category: correct,
          category_update_timestamp: Math.floor(atMs / SECOND_MS),
        },
      },
    ],
  };
}

/** The 24 hours of notice are over. */
export function recategorised(template: Template, nowMs: number): Transition {
  const { correctCategory, ...rest } = template;
  if (!correctCategory) return { template: withDue(template, ['recategorise']), notices: [] };
  const { category: previous } = template;
  const next = withDue({ ...rest, category: correctCategory, previousCategory: previous, updatedAtMs: nowMs }, [
    'recategorise',
  ]);
  const value = { ...naming(template), previous_category: previous, new_category: correctCategory };
  return { template: next, notices: [{ field: 'template_category_update', value }] };
}

/** Its owner deletes an approved template: messages in flight may still arrive for 30 days. */
export function deletionBegun(template: Template, nowMs: number): Transition {
  const next = withDue(
    changed(template, 'PENDING_DELETION', nowMs),
    ['archive', 'recategorise', 'release', 'review', 'unpause', 'delete'],
    { kind: 'delete', atMs: nowMs + DELETION_MS },
  );
  return { template: next, notices: [statusNotice(next, 'PENDING_DELETION')] };
}

/** What a business is told when a template is gone. */
export const deletedNotice = (template: Template): TemplateNotice => statusNotice(template, 'DELETED');

/** Unused for a year, or put aside by its owner. */
export function archived(template: Template, nowMs: number): Transition {
  const next = withDue(changed(template, 'ARCHIVED', nowMs), ['archive', 'unpause'], {
    kind: 'delete',
    atMs: nowMs + ARCHIVED_MS,
  });
  return { template: next, notices: [statusNotice(next, 'ARCHIVED')] };
}

/** Its owner takes it back from the archive. */
export function unarchived(template: Template, nowMs: number): Transition {
  const next = withDue(changed(template, 'APPROVED', nowMs), ['delete'], { kind: 'archive', atMs: nowMs + IDLE_MS });
  return { template: next, notices: [statusNotice(next, 'UNARCHIVED')] };
}

/** What a business is told when the components of a template have changed. */
export function componentsNotice(template: Template): TemplateNotice {
  const part = (type: string) => componentOf(template.components, type);
  const [title, footer] = [textOf(part('HEADER')), textOf(part('FOOTER'))];
  const buttons = objectsIn(part('BUTTONS')?.buttons).map((button) => ({
    message_template_button_type: button.type,
    message_template_button_text: button.text,
    ...(button.url === undefined ? {} : { message_template_button_url: button.url }),
    ...(button.phone_number === undefined ? {} : { message_template_button_phone_number: button.phone_number }),
  }));
  return {
    field: 'message_template_components_update',
    value: {
      ...naming(template),
      ...(title === '' ? {} : { message_template_title: title }),
      message_template_element: textOf(part('BODY')),
      ...(footer === '' ? {} : { message_template_footer: footer }),
      ...(buttons.length === 0 ? {} : { message_template_buttons: buttons }),
    },
  };
}
