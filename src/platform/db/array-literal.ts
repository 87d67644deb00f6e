/** Elements that mean themselves inside an array literal. */
const PLAIN = /^[\w.:+/=@-]+$/;
const NULL = /^null$/i;
const SPECIAL = /[\\"]/g;

/**
 * An array as PostgreSQL reads it in a parameter; null for one that the driver has to write, because it holds other arrays
 * or bytes, or dates of years that have not four digits. The driver's own escapes every element twice and builds dates piece by piece, which showed in the profile of
 * a sending worker; here most elements (ids, numbers, names) are taken as they are. Dates are written in UTC, objects as JSON.
 */
export function toArrayLiteral(values: readonly unknown[]): string | null {
  let literal = '{';
  for (let i = 0; i < values.length; i += 1) {
    const element = toElement(values[i]);
    if (element === null) return null;
    literal += i === 0 ? element : `,${element}`;
  }
  return `${literal}}`;
}

function toElement(value: unknown): string | null {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object') return String(value);
  if (value instanceof Date) return isWritable(value) ? `"${value.toISOString()}"` : null;
  if (Array.isArray(value) || ArrayBuffer.isView(value) || 'toPostgres' in value) return null;
  return quoted(JSON.stringify(value));
}

/** PostgreSQL reads years of four digits the way JavaScript writes them. */
function isWritable(date: Date): boolean {
  const year = date.getUTCFullYear();
  return year > 0 && year < 10_000;
}

function quoted(text: string): string {
  if (PLAIN.test(text) && !NULL.test(text)) return text;
  return `"${text.replace(SPECIAL, '\\$&')}"`;
}
