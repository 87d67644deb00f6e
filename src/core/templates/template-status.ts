/** A state in which Meta refuses every message of a template. */
interface Unsendable {
  /** The end of a sentence about the template. */
  readonly why: string;
  /** Meta's error for a message that cannot go any more; null when the state may pass and the message can wait for it. */
  readonly code: number | null;
}

/** Meta, "Template status": a pause takes 3 hours, a second one 6, and a third disables; errors 132001, 132015, 132016. */
const NOT_SENDABLE: Readonly<Record<string, Unsendable>> = {
  PENDING: { why: 'is still in review at Meta', code: null },
  REJECTED: { why: 'was rejected by Meta', code: 132001 },
  PAUSED: { why: 'is paused by Meta for its quality', code: null },
  DISABLED: { why: 'was disabled by Meta', code: 132016 },
  IN_APPEAL: { why: 'is in appeal at Meta', code: null },
  PENDING_DELETION: { why: 'is being deleted', code: 132001 },
  DELETED: { why: 'was deleted', code: 132001 },
};

/**
 * Why a template in this state cannot be sent, as the end of a sentence; null when it can. A state that we do not know
 * is Meta's to judge: a message that Meta would have taken must not fail on a new word.
 */
export function whyNotSendable(status: string | null): string | null {
  return unsendable(status)?.why ?? null;
}

/** Meta's error for a message whose template is in this state; null when it can be sent, now or once the state has passed. */
export function finalCodeOf(status: string | null): number | null {
  return unsendable(status)?.code ?? null;
}

function unsendable(status: string | null): Unsendable | null {
  return status === null ? null : (NOT_SENDABLE[status] ?? null);
}

/** Events of `message_template_status_update` that name a state by another word. */
const STATUS_OF_EVENT: Readonly<Record<string, string>> = {
  REINSTATED: 'APPROVED',
  UNPAUSED: 'APPROVED',
  UNARCHIVED: 'APPROVED',
};

/** Events that leave the state as it was: a template that is flagged or locked can be sent. */
const NO_STATE: ReadonlySet<string> = new Set(['FLAGGED', 'LOCKED', 'UNLOCKED']);

/** The state that an event of `message_template_status_update` brings, or null when it brings none. */
export function statusOfEvent(event: string): string | null {
  return NO_STATE.has(event) ? null : (STATUS_OF_EVENT[event] ?? event);
}

/** Meta writes a language as `en_US` in REST and as `en-US` in some webhooks. */
export function languageCode(text: string): string {
  return text.replaceAll('-', '_');
}
