import { all, below, isFields, list, mistake, object, optional, type Rule, required, text } from '../rules.js';
import { header, interactive } from './parts.js';

const MOST_ROWS = 10;

const SECTION = object({
  title: optional(text({ max: 24 })),
  rows: required(
    list(
      object({
        id: required(text({ max: 200 })),
        title: required(text({ max: 24 })),
        description: optional(text({ max: 72, min: 0 })),
      }),
    ),
  ),
});

/** Rules over all sections: ten rows together, ids once, a title each when there are several. */
const acrossSections: Rule = (value) => {
  const sections = (value as unknown[]).filter(isFields);
  const untitled = sections.findIndex(({ title }) => typeof title !== 'string');
  if (sections.length > 1 && untitled >= 0) return below(`[${untitled}]`, mistake('missing', 'is mandatory', 'title'));
  const rows = sections.flatMap(({ rows }) => (rows as { id: string }[]) ?? []);
  if (rows.length > MOST_ROWS)
    return mistake('value', `must have at most ${MOST_ROWS} rows in all sections, has ${rows.length}`);
  return new Set(rows.map(({ id }) => id)).size === rows.length
    ? undefined
    : mistake('value', 'must have unique row ids');
};

/** A menu. */
export const LIST = interactive(
  'list',
  4096,
  object({
    button: required(text({ max: 20 })),
    sections: required(all(list(SECTION, { max: 10 }), acrossSections)),
  }),
  optional(header('text')),
);
