import type { FieldError } from '../gateway-error.js';

/** What a subcode of Meta's says of a call that writes a template. */
interface TemplateRefusal {
  /** JSON pointer to the field that is meant; empty when it is none. */
  readonly pointer: string;
  readonly rule: string;
}

/** Subcodes of error 100 for calls that create, edit or delete templates (Meta, "Error codes"; the format ones as seen). */
const REFUSALS: Readonly<Record<number, TemplateRefusal>> = {
  2388019: { pointer: '', rule: 'the account has as many templates as it may: 250, or 6,000 once it is verified' },
  2388023: { pointer: '/name', rule: 'must be another name: a deleted template’s name is locked for 30 days' },
  2388024: { pointer: '/name', rule: 'must be another name or language: the account has a template of both' },
  2388039: {
    pointer: '',
    rule:
      'a template is edited when it is approved, rejected or paused only; an approved one once in 24 hours and ten times in ' +
      '30 days',
  },
  2388040: { pointer: '/components', rule: 'must have no text that is longer than Meta allows' },
  2388043: { pointer: '/components', rule: 'must have an example for each variable and file' },
  2388046: { pointer: '/name', rule: 'must be lower-case letters, digits and underscores' },
  2388047: { pointer: '/components', rule: 'must have a header as Meta allows it' },
  2388060: { pointer: '/components', rule: 'must have buttons as Meta allows them' },
  2388072: { pointer: '/components', rule: 'must have a body as Meta allows it' },
  2388073: { pointer: '/components', rule: 'must have a footer as Meta allows it' },
  2388155: { pointer: '/name', rule: 'must not be the name of one of Meta’s samples' },
  2388293: { pointer: '/components', rule: 'must have more words for its variables' },
  2388299: { pointer: '/components', rule: 'must not begin or end with a variable' },
};

/** Meta's error for a template of a name and language that the account has. */
export const TEMPLATE_EXISTS = 2388024;

/** The field and the rule that a refusal of Meta's means; null when the subcode names none. */
export function fieldOfTemplateRefusal(subcode: number | null): FieldError | null {
  const refusal = subcode === null ? undefined : REFUSALS[subcode];
  return refusal === undefined ? null : { pointer: refusal.pointer, detail: refusal.rule };
}
