import { all, isFields, list, object, optional, required, text, unique, word } from '../rules.js';
import { anyHeader, ctaUrlAction, interactive } from './parts.js';

const replyOf = (button: unknown) => (isFields(button) && isFields(button.reply) ? button.reply : {});

/** Ids go back to the business as they are, so Meta allows no blank at either end. */
const ID = text({ max: 256, pattern: [/^\S(?:[\s\S]*\S)?$/, 'must not begin or end with a blank'] });

/** One to three buttons, titles and ids each once. */
export const BUTTON = interactive(
  'button',
  1024,
  object({
    buttons: required(
      all(
        list(
          object({
            type: required(word('reply')),
            reply: required(object({ id: required(ID), title: required(text({ max: 20 })) })),
          }),
          { max: 3 },
        ),
        unique('title', (button) => replyOf(button).title),
        unique('id', (button) => replyOf(button).id),
      ),
    ),
  }),
  optional(anyHeader),
);

/** One button that opens a page. */
export const CTA_URL = interactive('cta_url', 1024, ctaUrlAction, optional(anyHeader));
