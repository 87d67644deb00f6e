import { exactlyOne, object } from '../shape/object-shape.js';
import { optional, type Shape } from '../shape/shape.js';
import { text, webAddress } from '../shape/text-shape.js';

/** Longest address that Meta takes for a button, and so the longest that is likely to work elsewhere (Meta, templates). */
export const LONGEST_LINK = 2000;

/** Longest caption under an image, a video or a document (Meta, "Media messages"). */
const LONGEST_CAPTION = 1024;

/** The text under a file. */
export const caption = optional(text({ max: LONGEST_CAPTION }));

/** The name under which a document is shown; its ending tells the device what to open it with. */
export const filename = optional(text({ max: 255 }));

/** A file: uploaded before (`id`), or to be fetched by Meta (`link`). Never both. */
export function mediaObject(more: Readonly<Record<string, Shape>> = {}): Shape {
  return object(
    {
      id: optional(text({ max: 256, pattern: /^[\w.:-]+$/, rule: 'must be the id of an uploaded file' })),
      link: optional(webAddress(LONGEST_LINK)),
      ...more,
    },
    { rules: [exactlyOne('id', 'link')] },
  );
}
