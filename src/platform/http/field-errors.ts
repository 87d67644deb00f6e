import type { ValidationError } from 'class-validator';
import type { FieldError } from '../../core/gateway-error.js';

/** Turns class-validator's tree into a flat list: one JSON pointer and one sentence per broken rule. */
export function fieldErrors(errors: readonly ValidationError[], parent = ''): FieldError[] {
  return errors.flatMap((error) => {
    const pointer = `${parent}/${error.property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const own = Object.values(error.constraints ?? {}).map((detail) => ({ pointer, detail }));
    return [...own, ...fieldErrors(error.children ?? [], pointer)];
  });
}
