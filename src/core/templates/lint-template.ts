import type { Fields } from '../shape/object-shape.js';
import { readDraft } from './draft.js';
import type { Finding, LintRule } from './lint-rule.js';
import { ADVICE_RULES } from './rules/advice-rules.js';
import { BUTTON_RULES } from './rules/button-rules.js';
import { FORM_RULES } from './rules/form-rules.js';
import { SPECIAL_RULES } from './rules/special-rules.js';
import { VARIABLE_RULES } from './rules/variable-rules.js';

/** Every rule of the linter, in the order of its findings. */
export const LINT_RULES: readonly LintRule[] = [
  ...FORM_RULES,
  ...VARIABLE_RULES,
  ...BUTTON_RULES,
  ...SPECIAL_RULES,
  ...ADVICE_RULES,
];

/**
 * Says what Meta would refuse of a template (errors) and what its review may turn down (warnings), before it is
 * submitted: a review takes a day or more. Total: takes any object, and never throws.
 */
export function lintTemplate(template: Fields): Finding[] {
  const draft = readDraft(template);
  return LINT_RULES.flatMap(({ rule, severity, fix, source, check }) =>
    check(draft).map(({ pointer, message }) => ({ rule, severity, pointer, message, fix, source })),
  );
}
