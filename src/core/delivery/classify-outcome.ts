import type { Usage } from '../limits/usage-headers.js';
import type { MetaErrorRow } from '../meta-errors/meta-error-row.js';
import { META_ERRORS, reactionTo } from '../meta-errors/meta-error-table.js';
import { type GraphError, parseGraphError } from '../meta-errors/parse-graph-error.js';

/** What came back from posting one message, as the Graph client saw it. */
export type SendResult =
  | {
      readonly kind: 'answer';
      readonly httpStatus: number;
      /** The parsed JSON body; undefined when it was not JSON. */
      readonly body: unknown;
      /** What the usage headers said; absent without them. */
      readonly usage?: readonly Usage[];
    }
  | {
      readonly kind: 'failure';
      /** The driver's error code, such as `ECONNREFUSED` or `UND_ERR_HEADERS_TIMEOUT`. */
      readonly code: string;
    };

/** Why an attempt did not end in acceptance, for the attempt's history and the caller. */
export interface AttemptError {
  /** Meta's error code, when Meta said something. */
  readonly code: number | null;
  readonly subcode: number | null;
  readonly title: string;
  readonly details: string | null;
  readonly fbtrace_id: string | null;
}

/** What an attempt came to. */
export type Outcome =
  | {
      readonly kind: 'accepted';
      readonly wamid: string;
      /** The recipient as Meta rewrote it; null when it did not say. */
      readonly waId: string | null;
      /** Pacing: Meta holds the message back until it has judged the template's quality. */
      readonly held: boolean;
    }
  | { readonly kind: 'rejected'; readonly error: AttemptError; readonly reaction: MetaErrorRow }
  | { readonly kind: 'rejected_retry'; readonly error: AttemptError; readonly reaction: MetaErrorRow }
  | { readonly kind: 'not_sent'; readonly error: AttemptError }
  | { readonly kind: 'unknown'; readonly error: AttemptError };

/** The words for an outcome in the database and on the wires. */
export type OutcomeKind = Outcome['kind'];

/**
 * Failures that happen before the first byte of a request can leave: no such name, nobody listening, no route, no
 * trust. Everything else may have happened after Meta read the message.
 */
const BEFORE_THE_FIRST_BYTE = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  // Our own words for attempts that were called off before their first byte.
  'LEASE_LOST',
  'NO_ACCESS_TOKEN',
  'NEVER_DISPATCHED',
  'MEDIA_PENDING',
]);

const TOO_MANY_REQUESTS = 429;

/**
 * Decides what an attempt came to. Total: every combination has an answer, and whatever is not certainly "accepted" or
 * "not accepted" is `unknown`, never a guess. A Graph error in the body decides before the HTTP status does: 130429
 * was seen with 400, 403, 429 and 500, and permanent errors such as 131045 come with 500.
 */
export function classifyOutcome(result: SendResult): Outcome {
  if (result.kind === 'failure') {
    const error = plainError(result.code);
    return BEFORE_THE_FIRST_BYTE.has(result.code) ? { kind: 'not_sent', error } : { kind: 'unknown', error };
  }
  const graphError = parseGraphError(result.body);
  if (graphError !== null) return outcomeOfError(graphError, result.httpStatus);
  if (result.httpStatus >= 200 && result.httpStatus < 300) {
    return (
      acceptance(result.body) ?? {
        kind: 'unknown',
        error: plainError(`HTTP ${result.httpStatus} without a message id`),
      }
    );
  }
  // Without Graph's own words only 429 is certain: whatever counts requests did not pass this one on.
  if (result.httpStatus === TOO_MANY_REQUESTS) {
    return { kind: 'rejected_retry', error: plainError('HTTP 429'), reaction: reactionTo(130429) };
  }
  return { kind: 'unknown', error: plainError(`HTTP ${result.httpStatus} without a Graph error`) };
}

function outcomeOfError(graphError: GraphError, httpStatus: number): Outcome {
  const { code } = graphError;
  const reaction = reactionTo(code);
  const error: AttemptError = {
    code,
    subcode: graphError.subcode,
    title: graphError.message === '' ? reaction.title : graphError.message,
    details: graphError.details,
    fbtrace_id: graphError.fbtraceId,
  };
  if (reaction.onSend === 'retry') return { kind: 'rejected_retry', error, reaction };
  if (reaction.onSend === 'unknown') return { kind: 'unknown', error };
  // A code nobody has told us about, on a server error: it may be a new word for "something went wrong".
  if (!Object.hasOwn(META_ERRORS, code) && httpStatus >= 500) return { kind: 'unknown', error };
  return { kind: 'rejected', error, reaction };
}

function acceptance(body: unknown): Outcome | null {
  const { messages, contacts } = (body ?? {}) as { messages?: unknown; contacts?: unknown };
  const first = firstObject(messages);
  const wamid = first?.id;
  if (typeof wamid !== 'string' || wamid === '') return null;
  const waId = firstObject(contacts)?.wa_id;
  return {
    kind: 'accepted',
    wamid,
    waId: typeof waId === 'string' ? waId : null,
    held: first?.message_status === 'held_for_quality_assessment',
  };
}

function firstObject(list: unknown): Record<string, unknown> | undefined {
  const first: unknown = Array.isArray(list) ? list[0] : undefined;
  return first !== null && typeof first === 'object' ? (first as Record<string, unknown>) : undefined;
}

function plainError(title: string): AttemptError {
  return { code: null, subcode: null, title, details: null, fbtrace_id: null };
}
