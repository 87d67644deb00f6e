import { number, object, optional, required, text } from './rules.js';

/** `location`; coordinates come as numbers or as strings, Meta's own examples have both. */
export const LOCATION = object({
  latitude: required(number(-90, 90)),
  longitude: required(number(-180, 180)),
  name: optional(text({ min: 0 })),
  address: optional(text({ min: 0 })),
});
