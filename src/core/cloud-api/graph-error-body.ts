import type { AttemptError } from '../delivery/classify-outcome.js';
import type { FieldError, GatewayError, GatewayErrorCode } from '../gateway-error.js';

/** An error as the Graph API answers it: HTTP status and body (Meta, "Error codes", 2026-09). */
export interface GraphErrorAnswer {
  readonly status: number;
  readonly body: { readonly error: GraphErrorBody };
}

/** The `error` object. */
export interface GraphErrorBody {
  readonly message: string;
  readonly type: 'OAuthException' | 'GraphMethodException';
  readonly code: number;
  readonly error_subcode?: number;
  readonly is_transient?: true;
  readonly error_data?: { readonly messaging_product: 'whatsapp'; readonly details: string };
  readonly fbtrace_id: string;
}

interface Row {
  readonly status: number;
  readonly code: number;
  readonly message: string;
  readonly isTransient?: true;
}

const INVALID: Row = { status: 400, code: 100, message: '(#100) Invalid parameter' };
const MISSING: Row = { status: 400, code: 131008, message: '(#131008) Required parameter is missing' };
const BAD_VALUE: Row = { status: 400, code: 131009, message: '(#131009) Parameter value is not valid' };
const WENT_WRONG: Row = { status: 500, code: 131000, message: '(#131000) Something went wrong' };
const TRY_AGAIN: Row = { status: 503, code: 2, message: 'Service temporarily unavailable', isTransient: true };

/** Our errors in Meta's words. What is not named here is a mistake of the caller's below 500, and ours from there on. */
const ROWS: Partial<Record<GatewayErrorCode, Row>> = {
  unauthenticated: { status: 401, code: 190, message: 'Invalid OAuth access token - Cannot parse access token' },
  forbidden: { status: 403, code: 10, message: '(#10) Application does not have permission for this action' },
  payload_too_large: { ...INVALID, status: 413 },
  too_many_requests: { status: 429, code: 4, message: '(#4) Application request limit reached', isTransient: true },
  unavailable: TRY_AGAIN,
  meta_unavailable: TRY_AGAIN,
};

/**
 * One of our errors as Graph would say it. `request` is the caller's body: a field that it lacks is missing (131008),
 * one that it has is wrong (131009), and one that nobody knows is an invalid parameter (100). The details name each
 * field by its path.
 */
export function toGraphError(error: GatewayError, request: unknown, fbtraceId: string): GraphErrorAnswer {
  const row = ROWS[error.code] ?? (error.row.http < 500 ? rowOfFields(error.errors, request) : WENT_WRONG);
  const details =
    error.errors.length === 0 ? error.detail : error.errors.map((e) => `${pathOf(e.pointer)}: ${e.detail}`).join('; ');
  return answer(row, details, fbtraceId);
}

/** What Graph says of an object that does not exist or that the caller may not see: it does not say which (100/33). */
export function unknownObject(method: string, id: string, fbtraceId: string): GraphErrorAnswer {
  const message =
    `Unsupported ${method.toLowerCase()} request. Object with ID '${id}' does not exist, cannot be loaded due to ` +
    'missing permissions, or does not support this operation. Please read the Graph API documentation at ' +
    'https://developers.facebook.com/docs/graph-api';
  const error = { message, type: 'GraphMethodException', code: 100, error_subcode: 33, fbtrace_id: fbtraceId } as const;
  return { status: 400, body: { error } };
}

/** What Graph says of a path below a version that it does not have. */
export function unknownPath(path: string, fbtraceId: string): GraphErrorAnswer {
  return answer({ status: 400, code: 2500, message: `Unknown path components: ${path}` }, null, fbtraceId);
}

/** What Meta said of an attempt, said again: its code, its words and its trace. `httpStatus` is the one it came with. */
export function repeatGraphError(error: AttemptError, httpStatus: number | null, fbtraceId: string): GraphErrorAnswer {
  const { code, subcode, title, details, fbtrace_id } = error;
  if (code === null) return answer(WENT_WRONG, details ?? title, fbtrace_id ?? fbtraceId);
  const status = httpStatus !== null && httpStatus >= 400 ? httpStatus : 400;
  return answer({ status, code, message: title }, details, fbtrace_id ?? fbtraceId, subcode);
}

/** What is said of a message that was taken on and ended without being sent. */
export function endedUnsent(state: string, fbtraceId: string): GraphErrorAnswer {
  return answer(WENT_WRONG, `The message is ${state}: it was not sent.`, fbtraceId);
}

function rowOfFields(errors: readonly FieldError[], request: unknown): Row {
  if (errors.length === 0 || errors.some((e) => e.detail.endsWith('should not exist'))) return INVALID;
  return errors.some((e) => valueAt(request, e.pointer) === undefined) ? MISSING : BAD_VALUE;
}

function valueAt(request: unknown, pointer: string): unknown {
  let value = request;
  for (const key of keysOf(pointer)) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

function keysOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function pathOf(pointer: string): string {
  return keysOf(pointer).join('.');
}

function answer(row: Row, details: string | null, fbtraceId: string, subcode: number | null = null): GraphErrorAnswer {
  const error: GraphErrorBody = {
    message: row.message,
    type: 'OAuthException',
    code: row.code,
    ...(subcode === null ? {} : { error_subcode: subcode }),
    ...(row.isTransient === true ? { is_transient: true } : {}),
    ...(details === null ? {} : { error_data: { messaging_product: 'whatsapp', details } }),
    fbtrace_id: fbtraceId,
  };
  return { status: row.status, body: { error } };
}
