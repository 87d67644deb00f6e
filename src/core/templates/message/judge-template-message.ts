import type { FieldError } from '../../gateway-error.js';
import { type Fields, isFields } from '../../shape/object-shape.js';
import { addFault } from '../../shape/shape.js';
import { languageCode, whyNotSendable } from '../template-status.js';
import { checkTemplateMessage } from './check-template-message.js';
import type { TemplateForm } from './template-form.js';

/** What is known of one language of a template. */
export interface KnownTemplate {
  readonly templateId: string;
  readonly status: string | null;
  readonly category: string | null;
  /** Whether Meta's list has had it: then so has it the template's other languages. */
  readonly isListed: boolean;
  /** Null: its components are not known. */
  readonly form: TemplateForm | null;
  /** When its form became this one, or at the earliest when it was last seen to change. */
  readonly formChangedAt: Date;
}

/** Why a template message is refused; the word is fit for a metric label. */
export interface TemplateVerdict {
  readonly reason: 'unknown' | 'language' | 'state' | 'parameters';
  readonly errors: readonly FieldError[];
}

/**
 * Holds a template message to what is known of its template, by language; null when it may go. `languages` is undefined
 * for a template that nobody knows, which is refused only in `strict`: it may be younger than our last look at Meta.
 */
export function judgeTemplateMessage(
  content: Fields,
  languages: ReadonlyMap<string, KnownTemplate> | undefined,
  isStrict: boolean,
): TemplateVerdict | null {
  if (languages === undefined) return isStrict ? refusal('unknown', '/template/name', UNKNOWN) : null;
  const code = isFields(content.language) ? String(content.language.code) : '';
  const known = languages.get(languageCode(code));
  if (known === undefined) {
    if (!isStrict && ![...languages.values()].some((each) => each.isListed)) return null;
    const rule = `must be a language of the template: it has ${[...languages.keys()].sort().join(', ')} (Meta: 132001)`;
    return refusal('language', '/template/language/code', rule);
  }
  const why = whyNotSendable(known.status);
  if (why !== null) {
    return refusal('state', '/template/name', `must be a template that can be sent: it ${why} (${known.status})`);
  }
  const errors =
    known.form === null ? [] : checkTemplateMessage(known.form, content.components, '/template/components');
  return errors.length === 0 ? null : { reason: 'parameters', errors };
}

const UNKNOWN = 'must be a template of this number’s account; POST /v1/templates/sync reads them again';

function refusal(reason: TemplateVerdict['reason'], pointer: string, rule: string): TemplateVerdict {
  const errors: FieldError[] = [];
  addFault(errors, pointer, rule);
  return { reason, errors };
}
