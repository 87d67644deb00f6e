import { DEFAULTS } from '../assets/platform-state.js';
import type { ControlRegistry } from '../control/control-registry.js';
import { json, type Reply } from '../http/reply.js';
import { Checker } from '../scenario/check.js';
import { QUALITY_SCORES, type Template } from './template.js';
import type { TemplateDesk } from './template-desk.js';
import { type BornTemplate, readBornTemplate } from './template-input.js';
import { categoryOf } from './template-request.js';

const EVENTS = ['APPROVED', 'ARCHIVED', 'DISABLED', 'REJECTED', 'UNARCHIVED', 'UNPAUSED'] as const;

const REASONS = [
  'ABUSIVE_CONTENT',
  'INCORRECT_CATEGORY',
  'INVALID_FORMAT',
  'PROMOTIONAL',
  'SCAM',
  'TAG_CONTENT_MISMATCH',
];

/** Adds a template as it was born. */
export type TemplateBirth = (born: BornTemplate) => Template;

/**
 * `GET /_simulator/templates` shows all; `POST /_simulator/templates` adds one without a review;
 * `POST /_simulator/templates/{id}` makes something happen to one: `{event?, reason?, quality_score?, correct_category?,
 * pacing?}`, with the webhooks that Meta would send.
 */
export function templateCalls(
  control: ControlRegistry,
  desk: TemplateDesk,
  bear: TemplateBirth,
  all: () => readonly Template[],
): void {
  control.on('GET /_simulator/templates', () => json({ data: all() }));
  control.on('POST /_simulator/templates', ({ body }) => {
    const check = new Checker();
    const born = readBornTemplate(check, body, 'body', DEFAULTS.wabaId);
    check.done();
    return json({ id: bear(born as BornTemplate).id });
  });
  control.on('POST /_simulator/templates/{id}', ({ body, params }) => {
    const template = desk.store.get(params.id as string);
    return template ? happen(desk, template, body) : json({ error: `no template ${params.id}` }, 404);
  });
}

function happen(desk: TemplateDesk, template: Template, body: unknown): Reply {
  const check = new Checker();
  const fields = check.object(body, 'body', ['event', 'reason', 'quality_score', 'correct_category', 'pacing']);
  const event = EVENTS.find((word) => word === fields.event);
  if (fields.event !== undefined && !event) check.fail('event', `must be one of ${EVENTS.join(', ')}`);
  const score = QUALITY_SCORES.find((word) => word === fields.quality_score);
  if (fields.quality_score !== undefined && !score)
    check.fail('quality_score', `must be one of ${QUALITY_SCORES.join(', ')}`);
  const correct = categoryOf(fields.correct_category);
  if (fields.correct_category !== undefined && !correct)
    check.fail('correct_category', 'must be one of AUTHENTICATION, MARKETING, UTILITY');
  const verdict = fields.pacing === 'drop' || fields.pacing === 'release' ? fields.pacing : undefined;
  if (fields.pacing !== undefined && !verdict) check.fail('pacing', 'must be release or drop');
  const reason = check.string(fields.reason, 'reason') ?? 'INVALID_FORMAT';
  if (!REASONS.includes(reason)) check.fail('reason', `must be one of ${REASONS.join(', ')}`);
  check.done();
  let current = template;
  if (event) current = runEvent(desk, current, event, reason);
  if (score) current = desk.setQuality(current, score);
  if (correct) current = desk.changeCategory(current, correct);
  if (verdict) current = desk.judgePacing(current, verdict);
  return json(current);
}

function runEvent(desk: TemplateDesk, template: Template, event: (typeof EVENTS)[number], reason: string): Template {
  switch (event) {
    case 'APPROVED':
      return desk.review(template, 'approve');
    case 'REJECTED': {
      const info = {
        reason: 'The simulator was told to reject this template.',
        recommendation: 'Change it and submit it again.',
      };
      return desk.review(template, reason === 'INVALID_FORMAT' ? { reason, info } : { reason });
    }
    case 'DISABLED':
      return desk.disable(template);
    case 'UNPAUSED':
      return desk.unpause(template);
    case 'ARCHIVED':
      return desk.archive(template);
    case 'UNARCHIVED':
      return desk.unarchive(template);
  }
}
