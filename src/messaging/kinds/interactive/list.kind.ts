import { body, header, interactive } from '../../../core/content/interactive-parts.js';
import { atMostInAll, titledWhenSeveral } from '../../../core/content/products.js';
import type { FieldError } from '../../../core/gateway-error.js';
import { list as listOf } from '../../../core/shape/list-shape.js';
import { isFields, object } from '../../../core/shape/object-shape.js';
import { addFault, optional } from '../../../core/shape/shape.js';
import { text } from '../../../core/shape/text-shape.js';

/** Sections, and rows over all of them (Meta, "Interactive list messages"). */
const MOST = { sections: 10, rows: 10 };

const row = object({
  id: text({ max: 200 }),
  title: text({ max: 24 }),
  description: optional(text({ max: 72 })),
});

const section = object({
  title: optional(text({ max: 24 })),
  rows: listOf(row, { min: 1, max: MOST.rows }),
});

/** A menu of up to ten rows in sections (Cloud API, "Interactive list messages"). */
export const list = interactive('list', {
  description: 'A menu of up to ten rows in sections.',
  // Meta takes no pictures above a list.
  header: optional(header('text')),
  body: body(4096),
  action: object({
    button: text({ max: 20 }),
    sections: listOf(section, {
      min: 1,
      max: MOST.sections,
      rules: [titledWhenSeveral, atMostInAll('rows', MOST.rows), distinctRowIds],
    }),
  }),
});

/** The answer names the row by its id alone, whatever its section. */
function distinctRowIds(sections: readonly unknown[], at: string, faults: FieldError[]): void {
  const seen = new Set<unknown>();
  sections.forEach((one, s) => {
    const rows = isFields(one) && Array.isArray(one.rows) ? (one.rows as unknown[]) : [];
    rows.forEach((each, r) => {
      const id = isFields(each) ? each.id : undefined;
      if (id === undefined) return;
      if (seen.has(id)) addFault(faults, `${at}/${s}/rows/${r}/id`, 'must be different from all others of the list');
      seen.add(id);
    });
  });
}
