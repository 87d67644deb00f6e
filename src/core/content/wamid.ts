import { text } from '../shape/text-shape.js';

/** Meta's id of a message: 128 characters at most (Meta, "Messages"). */
export const wamid = text({ max: 128, pattern: /^\S+$/, rule: 'must be the id that Meta gave to a message' });
