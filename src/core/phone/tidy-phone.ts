/** What was done to a number as somebody wrote it. */
export type PhoneChange =
  | 'punctuation_removed'
  | 'digits_converted'
  | 'prefix_00_replaced'
  | 'trunk_zero_removed'
  | 'plus_added'
  | 'country_code_added';

/** A number without the marks that people put into it. */
export interface TidyPhone {
  readonly text: string;
  readonly changes: readonly PhoneChange[];
}

/** What people put between digits: blanks of all kinds, brackets, points, slashes, hyphens, and marks that nobody sees. */
const MARKS = /[\s()[\]./\-\u00ad\u2010-\u2015\u2212\u200b-\u200f\u202a-\u202e\u2060\ufeff\u30fc]/g;

/** First digits of the scripts whose digits people type: full-width, Arabic, Persian, Devanagari, Bengali, Thai. */
const ZEROS = [0xff10, 0x0660, 0x06f0, 0x0966, 0x09e6, 0x0e50];

/**
 * Takes out of a number what is only a way of writing, and says what it took: marks, digits of other scripts, `00` for
 * `+`, and the `(0)` between country code and number. What is left may still be no number.
 */
export function tidyPhone(written: string): TidyPhone {
  const changes: PhoneChange[] = [];
  const step = (before: string, after: string, change: PhoneChange) => {
    if (after !== before) changes.push(change);
    return after;
  };
  const digits = step(written, toAsciiDigits(written).replace(/\uff0b/g, '+'), 'digits_converted');
  const trunk = step(digits, digits.replace(/^(\s*(?:\+|00)[\d\s]+)\(0\)/, '$1'), 'trunk_zero_removed');
  const plain = step(trunk, trunk.replace(MARKS, ''), 'punctuation_removed');
  const text = step(plain, plain.replace(/^00(?=[1-9])/, '+'), 'prefix_00_replaced');
  return { text, changes };
}

function toAsciiDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0) ?? 0;
    const zero = ZEROS.find((first) => code >= first && code < first + 10);
    return zero === undefined ? digit : String(code - zero);
  });
}
