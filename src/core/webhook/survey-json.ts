const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** What one look over the bytes of a JSON text tells, before anything is parsed. */
export interface JsonSurvey {
  /** Greatest nesting of `{` and `[`. */
  readonly depth: number;
  /** Whether some number has a run of at least 16 digits: only then can an integer exceed 2^53. */
  readonly hasLongNumber: boolean;
}

/**
 * Counts nesting and finds long numbers in one linear pass, ignoring what is inside strings.
 * Works on bytes: in UTF-8 the bytes of `"`, `{` and the digits occur nowhere else. Answers for text that is not JSON
 * too, though then it means nothing.
 */
export function surveyJson(body: Uint8Array): JsonSurvey {
  let depth = 0;
  let deepest = 0;
  let digits = 0;
  let hasLongNumber = false;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at];
    if (byte === QUOTE) {
      at = endOfString(body, at);
      digits = 0;
    } else if (byte !== undefined && byte >= 0x30 && byte <= 0x39) {
      digits += 1;
      if (digits === 16) hasLongNumber = true;
    } else {
      digits = 0;
      // `{` and `[`, then `}` and `]`: with bit 0x20 set each pair is one byte.
      const bracket = (byte ?? 0) | 0x20;
      if (bracket === 0x7b) {
        depth += 1;
        if (depth > deepest) deepest = depth;
      } else if (bracket === 0x7d) depth -= 1;
    }
  }
  return { depth: deepest, hasLongNumber };
}

/** Index of the quote that ends the string opened at `start`, or of the last byte when nothing ends it. */
function endOfString(body: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < body.length && body[at] !== QUOTE) at += body[at] === BACKSLASH ? 2 : 1;
  return at;
}
