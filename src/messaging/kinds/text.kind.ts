import { object } from '../../core/shape/object-shape.js';
import { described, optional } from '../../core/shape/shape.js';
import { text as textOf } from '../../core/shape/text-shape.js';
import { flag } from '../../core/shape/value-shapes.js';
import { defineKind } from './define-kind.js';

/** A text (Cloud API, "Text messages"). */
export const text = defineKind({
  kind: 'text',
  schemaName: 'TextContent',
  content: object({
    body: described(textOf({ max: 4096 }), 'What the person reads.'),
    preview_url: optional(described(flag(), 'Shows a preview of the first link in the body.')),
  }),
});
