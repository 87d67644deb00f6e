import { actionWith, header, interactive } from '../../../core/content/interactive-parts.js';
import { LONGEST_LINK } from '../../../core/content/media-object.js';
import { object } from '../../../core/shape/object-shape.js';
import { optional } from '../../../core/shape/shape.js';
import { text, webAddress } from '../../../core/shape/text-shape.js';

/** The action of a button that opens a page: in a message of its own, and on the cards of a carousel. */
export const ctaUrlAction = actionWith(
  'cta_url',
  object({ display_text: text({ max: 20 }), url: webAddress(LONGEST_LINK) }),
);

/** A button that opens a page (Cloud API, "Interactive call-to-action URL button messages"). */
export const ctaUrl = interactive('cta_url', {
  description: 'A button that opens a page.',
  header: optional(header()),
  action: ctaUrlAction,
});
