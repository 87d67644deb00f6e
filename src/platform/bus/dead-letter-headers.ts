import type { JsMsg } from '@nats-io/jetstream';
import { headers, Match, type MsgHdrs } from '@nats-io/transport-node';
import type { GatewayError } from '../../core/gateway-error.js';

/** Headers that every dead letter has. */
export const DEAD_LETTER_HEADERS = {
  /** Code of the error, as on every wire. */
  reason: 'Heliograph-Reason',
  /** What is wrong, in words. */
  detail: 'Heliograph-Detail',
  /** Where the original came in. */
  subject: 'Heliograph-Subject',
  /** Its sequence in the stream of commands. */
  sequence: 'Heliograph-Stream-Sequence',
  /** Its `Nats-Msg-Id`; without one, an id of the same uniqueness, so that moving it twice makes one message. */
  messageId: 'Heliograph-Msg-Id',
} as const;

/** No reason is longer, so that the room for it is bounded. */
const LONGEST_DETAIL = 1000;

/**
 * The headers of a dead letter: the reason, and the original's own, except what NATS would act on and the credential.
 * Who may read the dead letters of a portfolio must not get somebody else's key.
 */
export function deadLetterHeaders(original: JsMsg, error: GatewayError): MsgHdrs {
  const { info } = original;
  const out = headers();
  for (const name of original.headers?.keys() ?? []) {
    if (/^(nats-|authorization$|heliograph-)/i.test(name)) continue;
    for (const value of original.headers?.values(name) ?? []) out.append(name, value);
  }
  const own = original.headers?.values('Nats-Msg-Id', Match.IgnoreCase)[0];
  out.set(DEAD_LETTER_HEADERS.reason, error.code);
  out.set(DEAD_LETTER_HEADERS.detail, oneLine(error.detail));
  out.set(DEAD_LETTER_HEADERS.subject, original.subject);
  out.set(DEAD_LETTER_HEADERS.sequence, String(info.streamSequence));
  out.set(DEAD_LETTER_HEADERS.messageId, own ?? `${info.stream}-${info.timestampNanos}-${info.streamSequence}`);
  return out;
}

/** A header ends with its line. */
function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replace(/\p{Cc}+/gu, ' ')
    .slice(0, LONGEST_DETAIL)
    .trim();
}
