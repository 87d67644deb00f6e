import { header, interactive } from '../../../core/content/interactive-parts.js';
import { distinct, list } from '../../../core/shape/list-shape.js';
import { object } from '../../../core/shape/object-shape.js';
import { optional } from '../../../core/shape/shape.js';
import { oneOf, text } from '../../../core/shape/text-shape.js';

const reply = object({
  id: text({ max: 256, pattern: /^\S(?:[\s\S]*\S)?$/, rule: 'must not begin or end with a blank' }),
  title: text({ max: 20 }),
});

/** One to three buttons to answer with (Cloud API, "Interactive reply buttons messages"). */
export const button = interactive('button', {
  description: 'One to three buttons to answer with.',
  header: optional(header()),
  action: object({
    buttons: list(object({ type: oneOf(['reply']), reply }), {
      min: 1,
      max: 3,
      rules: [distinct('reply', 'id'), distinct('reply', 'title')],
    }),
  }),
});
