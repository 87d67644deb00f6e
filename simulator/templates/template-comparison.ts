import { refused } from '../graph/graph-router.js';
import { invalidParameter } from '../graph/invalid-parameter.js';
import { json, type Reply } from '../http/reply.js';
import type { Template } from './template.js';
import type { TemplateFeedback } from './template-quality.js';
import type { TemplateStore } from './template-store.js';

interface ComparisonParts {
  readonly store: TemplateStore;
  readonly feedback: TemplateFeedback;
  readonly atMs: number;
}

/** Spans in days over which Meta compares. */
const SPANS = [7, 30, 60, 90];
const DAY_SECONDS = 86_400;

/**
 * Answers `GET /{template}/compare?template_ids=[…]&start=…&end=…` with the share of blocks, the messages and the reason
 * most blocks had, as on Meta's page of template comparison. The counts are those of the last seven days.
 */
export function compareTemplates(
  template: Template,
  query: URLSearchParams,
  { store, feedback, atMs }: ComparisonParts,
): Reply {
  const other = store.get(query.get('template_ids')?.match(/\d+/)?.[0] ?? '');
  if (!other || other.wabaId !== template.wabaId) {
    return refused(
      invalidParameter({
        field: 'template_ids',
        rule: 'template_ids must hold the id of a template of the same account',
      }),
    );
  }
  const days = (Number(query.get('end')) - Number(query.get('start'))) / DAY_SECONDS;
  if (!SPANS.includes(days)) {
    return refused(invalidParameter({ field: 'start', rule: `start and end must be ${SPANS.join(', ')} days apart` }));
  }
  const both = [template, other].map(({ id }) => ({ id, ...feedback.total(id, atMs) }));
  const byBlocks = [...both].sort((a, b) => shareOf(a) - shareOf(b));
  return json({
    data: [
      { metric: 'BLOCK_RATE', type: 'RELATIVE', order_by_relative_metric: byBlocks.map(({ id }) => id) },
      {
        metric: 'MESSAGE_SENDS',
        type: 'NUMBER_VALUES',
        number_values: both.map(({ id, delivered }) => ({ key: id, value: delivered })),
      },
      {
        metric: 'TOP_BLOCK_REASON',
        type: 'STRING_VALUES',
        string_values: both.map(({ id }) => ({ key: id, value: 'UNKNOWN_BLOCK_REASON' })),
      },
    ],
  });
}

const shareOf = ({ blocked, delivered }: { readonly blocked: number; readonly delivered: number }): number =>
  delivered === 0 ? 0 : blocked / delivered;
