import { object } from '../shape/object-shape.js';
import { optional } from '../shape/shape.js';
import { text } from '../shape/text-shape.js';
import { decimal } from '../shape/value-shapes.js';

/** A place: in a location message, and in the header of a template. Degrees as number or text; Meta's samples write both. */
export const place = object({
  latitude: decimal({ min: -90, max: 90, orText: true }),
  longitude: decimal({ min: -180, max: 180, orText: true }),
  name: optional(text({ max: 1000 })),
  address: optional(text({ max: 1000 })),
});
