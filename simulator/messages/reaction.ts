import { mistake, object, type Rule, required, text } from './rules.js';

/** One emoji, as far as Unicode's properties tell: a pictograph, a flag or a keycap, with its modifiers. */
const EMOJI =
  /^(?:\p{Extended_Pictographic}|\p{RI}\p{RI}|[0-9#*]\uFE0F?\u20E3)(?:\p{Emoji_Modifier}|\uFE0F|[\u{E0020}-\u{E007F}]|\u200D\p{Extended_Pictographic})*$/u;

/** The empty text takes a reaction back. */
const emoji: Rule = (value) =>
  typeof value === 'string' && (value === '' || EMOJI.test(value))
    ? undefined
    : mistake('value', 'must be one emoji, or empty to take the reaction back');

/** `reaction` (cloud-api.md §1.3). */
export const REACTION = object({ message_id: required(text()), emoji: required(emoji) });
