import type { Draft } from './draft.js';

/** A place that breaks a rule, and what is wrong there. */
export interface Breach {
  readonly pointer: string;
  readonly message: string;
}

/** One rule for templates: Meta's own, or advice from those who had templates rejected. */
export interface LintRule {
  /** Stable, for those who want to allow what it finds. */
  readonly rule: string;
  /** `error`: Meta refuses it. `warning`: a review may. */
  readonly severity: 'error' | 'warning';
  readonly fix: string;
  /** Where the rule is from. */
  readonly source: string;
  readonly check: (draft: Draft) => Breach[];
  /** Parts of templates, laid over a good one, that this rule lets through and finds. */
  readonly examples: { readonly good: object; readonly bad: object };
}

/** What the linter says about one place. */
export interface Finding extends Breach {
  readonly rule: string;
  readonly severity: 'error' | 'warning';
  readonly fix: string;
  readonly source: string;
}

/** A breach where a condition holds. */
export function when(broken: boolean, pointer: string, message: string): Breach[] {
  return broken ? [{ pointer, message }] : [];
}
