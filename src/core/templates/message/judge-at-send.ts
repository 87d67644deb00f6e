import { finalCodeOf, whyNotSendable } from '../template-status.js';
import { checkTemplateMessage } from './check-template-message.js';
import type { KnownTemplate } from './judge-template-message.js';

/** Whether an accepted template message may go now, by its template. `why` is a sentence without its full stop. */
export type SendVerdict =
  | { readonly kind: 'go' }
  /** The state passes: a pause, a review. */
  | { readonly kind: 'wait'; readonly why: string }
  /** It would be refused whenever it went, with this code of Meta's. */
  | { readonly kind: 'refuse'; readonly code: number; readonly why: string };

const GO: SendVerdict = { kind: 'go' };

/** Meta, error 132012: the parameters are not those that the template wants. */
const PARAMETERS = 132012;

/** Meta, "Template pausing" and "Template pacing". */
const PAUSES = 'the first pause takes 3 hours, the second 6; one during pacing lasts until somebody ends it at Meta';

/**
 * How long the clocks of an acceptance and of our picture of a template may lie apart: processes read what changed every
 * second, and one that is late must not have let through what no longer fits. Generous, because to look twice costs little.
 */
const LATE_MS = 60_000;

/**
 * Judges a template as it is when its message is about to go. What we do not know is Meta's to judge. A pause and a
 * review are waited for; a template that is gone for good ends the message.
 */
export function judgeStateAtSend(name: string, known: KnownTemplate | undefined): SendVerdict {
  const why = whyNotSendable(known?.status ?? null);
  if (known === undefined || why === null) return GO;
  const sentence = `the template ${name} ${why} (${known.status})`;
  const code = finalCodeOf(known.status);
  if (code !== null) return { kind: 'refuse', code, why: sentence };
  return { kind: 'wait', why: known.status === 'PAUSED' ? `${sentence}: ${PAUSES}` : sentence };
}

/** Whether the template may have become another one after a message of it was judged at its acceptance. */
export function isChangedSince(known: KnownTemplate, acceptedAt: Date): boolean {
  return known.form !== null && known.formChangedAt.getTime() + LATE_MS > acceptedAt.getTime();
}

/** Holds a message to its template once more, because somebody edited the template after the message was accepted. */
export function judgeContentAtSend(name: string, known: KnownTemplate, components: unknown): SendVerdict {
  const [first] = known.form === null ? [] : checkTemplateMessage(known.form, components, '/template/components');
  if (first === undefined) return GO;
  const why = `the template ${name} was changed and the message no longer fits it: ${first.pointer}: ${first.detail}`;
  return { kind: 'refuse', code: PARAMETERS, why };
}
