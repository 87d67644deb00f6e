import { flag, object, optional, required, text } from './rules.js';

/** `text` (cloud-api.md §1.3). */
export const TEXT = object({ body: required(text({ max: 4096 })), preview_url: optional(flag) });
