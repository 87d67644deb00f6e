import { wamid } from '../../core/content/wamid.js';
import { object } from '../../core/shape/object-shape.js';
import { described } from '../../core/shape/shape.js';
import { text } from '../../core/shape/text-shape.js';
import { defineKind } from './define-kind.js';

/** Longest emoji in characters: a family with skin tones is a dozen joined together. */
const LONGEST_EMOJI = 32;

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** What every emoji holds: a picture, a letter of a flag, or the frame of a key. */
const PICTURE = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20E3/u;

/** An emoji on a message of at most 30 days; Meta reports no more of it than `sent` (Cloud API, "Reaction messages"). */
export const reaction = defineKind({
  kind: 'reaction',
  schemaName: 'ReactionContent',
  content: object({
    message_id: wamid,
    emoji: described(
      text({ min: 0, max: LONGEST_EMOJI, test: isEmojiOrNothing, rule: 'must be one emoji, or empty' }),
      'Empty takes the reaction back.',
    ),
  }),
});

/** By the shape of text and not by a list, so that next year's emoji are emoji too. */
function isEmojiOrNothing(text: string): boolean {
  return text === '' || (PICTURE.test(text) && [...GRAPHEMES.segment(text)].length === 1);
}
