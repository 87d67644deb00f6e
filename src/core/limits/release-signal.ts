import { statusOfEvent } from '../templates/template-status.js';
import { asObject, asText, type JsonObject } from '../webhook/json-value.js';

/** What a webhook of Meta's lets go on. */
export interface ReleaseSignal {
  /** The template's name; null when it is the whole account. */
  readonly template: string | null;
  /** Meta's errors whose stops end. */
  readonly codes: readonly number[];
  /** What Meta said, in a few words. */
  readonly said: string;
}

/** Blocked for policy, locked: what Meta takes back when it reinstates an account. Payment and spam are other matters. */
const OF_ACCOUNT = [368, 131031];

/** Paused, disabled: what Meta takes back when a template can be sent again. */
const OF_TEMPLATE = [132015, 132016];

/**
 * The release that a webhook's field is, or null. Meta documents `DISABLED_UPDATE` with `REINSTATE` for accounts, and for
 * templates `APPROVED`, `REINSTATED` and `UNPAUSED`. Everything else is left to people: that a restriction's time is
 * over is not said by Meta when it is.
 */
export function releaseSignal(field: string, value: JsonObject): ReleaseSignal | null {
  const event = asText(value.event);
  if (event === null) return null;
  if (field === 'account_update') {
    const state = asText(asObject(value.ban_info)?.waba_ban_state);
    const isBack = event === 'DISABLED_UPDATE' && state === 'REINSTATE';
    return isBack ? { template: null, codes: OF_ACCOUNT, said: 'account_update REINSTATE' } : null;
  }
  const template = asText(value.message_template_name);
  if (field !== 'message_template_status_update' || template === null) return null;
  const isBack = statusOfEvent(event) === 'APPROVED';
  return isBack ? { template, codes: OF_TEMPLATE, said: `message_template_status_update ${event}` } : null;
}
