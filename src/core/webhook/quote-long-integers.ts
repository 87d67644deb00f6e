const LITERAL = /"|-?\d[\d.eE+-]*/g;
const INTEGER = /^-?\d{16,}$/;

/**
 * Puts quotes around the integers of a JSON text that a double cannot hold, so that `JSON.parse` keeps all their
 * digits (as text). Some samples of Meta's carry ids as JSON numbers of 17 and more digits; rounding one would make
 * it the id of something else. `json` must be valid JSON: in anything else the result is meaningless. Linear.
 */
export function quoteLongIntegers(json: string): string {
  let result = '';
  let copiedTo = 0;
  LITERAL.lastIndex = 0;
  for (let found = LITERAL.exec(json); found !== null; found = LITERAL.exec(json)) {
    const token = found[0];
    if (token === '"') {
      LITERAL.lastIndex = endOfString(json, found.index) + 1;
    } else if (INTEGER.test(token) && !Number.isSafeInteger(Number(token))) {
      result += `${json.slice(copiedTo, found.index)}"${token}"`;
      copiedTo = found.index + token.length;
    }
  }
  return result + json.slice(copiedTo);
}

/** Index of the quote that ends the string opened at `start`. */
function endOfString(json: string, start: number): number {
  let at = json.indexOf('"', start + 1);
  while (at !== -1 && isEscaped(json, at)) at = json.indexOf('"', at + 1);
  return at === -1 ? json.length : at;
}

/** A quote is escaped when an odd number of backslashes stands before it. */
function isEscaped(json: string, quoteAt: number): boolean {
  let backslashes = 0;
  while (json[quoteAt - 1 - backslashes] === '\\') backslashes += 1;
  return backslashes % 2 === 1;
}
