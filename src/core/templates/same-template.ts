import { isFields } from '../shape/object-shape.js';

/** Members that Meta gives back in capitals, or not at all. */
const IN_CAPITALS = ['type', 'format', 'otp_type', 'category'];
const NOT_GIVEN_BACK = ['example'];

/**
 * Whether a template that the account has is the one that somebody wants to create: Meta adds members of its own, so all
 * that was wanted has to be there, and more may be. A template whose components are not known yet may be any.
 */
export function isSameTemplate(wanted: object, there: { readonly components: unknown }): boolean {
  if (there.components === null || there.components === undefined) return true;
  return holds(there.components, (wanted as { components?: unknown }).components);
}

function holds(there: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return Array.isArray(there) && there.length === wanted.length && wanted.every((each, i) => holds(there[i], each));
  }
  if (!isFields(wanted)) return there === wanted;
  return Object.entries(wanted).every(([key, value]) => {
    if (NOT_GIVEN_BACK.includes(key)) return true;
    const other = isFields(there) ? there[key] : undefined;
    if (IN_CAPITALS.includes(key)) return String(other).toUpperCase() === String(value).toUpperCase();
    return holds(other, value);
  });
}
