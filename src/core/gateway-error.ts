/** How one of our errors looks on each wire, and whether the same request may succeed later. */
export interface ErrorRow {
  readonly title: string;
  readonly http: number;
  /** Number of the gRPC status code. */
  readonly grpc: number;
  readonly retryable: boolean;
}

/** Every error that a caller can meet, by its code. docs/errors.md is generated from this table. */
export const GATEWAY_ERRORS = {
  invalid_request: { title: 'The request is not valid', http: 400, grpc: 3, retryable: false },
  unauthenticated: { title: 'No valid API key was given', http: 401, grpc: 16, retryable: false },
  forbidden: { title: 'The API key lacks the scope for this', http: 403, grpc: 7, retryable: false },
  not_found: { title: 'There is no such thing', http: 404, grpc: 5, retryable: false },
  wrong_state: { title: 'It is not in a state in which this can be done', http: 409, grpc: 9, retryable: false },
  meta_refused: { title: 'Meta refused this', http: 422, grpc: 9, retryable: false },
  meta_unavailable: { title: 'Meta gave no usable answer', http: 502, grpc: 14, retryable: true },
  idempotency_mismatch: {
    title: 'The idempotency key was used for another request',
    http: 422,
    grpc: 3,
    retryable: false,
  },
  already_running: { title: 'The same request is still running', http: 409, grpc: 10, retryable: true },
  payload_too_large: { title: 'The request is too large', http: 413, grpc: 8, retryable: false },
  unsupported_media_type: { title: 'The content type is not supported', http: 415, grpc: 3, retryable: false },
  too_many_requests: { title: 'Too many requests', http: 429, grpc: 8, retryable: true },
  deadline_exceeded: { title: 'The deadline passed before the answer', http: 504, grpc: 4, retryable: true },
  internal: { title: 'Something went wrong on our side', http: 500, grpc: 13, retryable: false },
  unavailable: { title: 'The service cannot answer now', http: 503, grpc: 14, retryable: true },
} as const satisfies Record<string, ErrorRow>;

/** The code of one of our errors: stable, and the same on every wire. */
export type GatewayErrorCode = keyof typeof GATEWAY_ERRORS;

/** One offending field: a JSON pointer into the request (RFC 6901) and the rule that it breaks. */
export interface FieldError {
  readonly pointer: string;
  readonly detail: string;
}

/** Meta's own words in an error of ours. */
export interface MetaProblem {
  readonly code: number;
  readonly subcode: number | null;
  readonly details: string | null;
  readonly fbtrace_id: string | null;
}

/** What an error may carry besides its code and sentence. */
export interface GatewayErrorExtra {
  readonly errors?: readonly FieldError[];
  readonly retryAfterMs?: number;
  /** What Meta said, when the error is Meta's. */
  readonly meta?: MetaProblem;
  /** For the operator's log only; never sent to the caller. */
  readonly cause?: unknown;
}

/**
 * The only error that services throw. `detail` is a sentence for the caller: it names what is wrong and what to do,
 * and holds no message body, phone number or secret.
 */
export class GatewayError extends Error {
  readonly errors: readonly FieldError[];
  readonly retryAfterMs: number | undefined;
  readonly meta: MetaProblem | undefined;

  constructor(
    readonly code: GatewayErrorCode,
    readonly detail: string,
    extra: GatewayErrorExtra = {},
  ) {
    super(detail, extra.cause === undefined ? undefined : { cause: extra.cause });
    this.name = 'GatewayError';
    this.errors = extra.errors ?? [];
    this.retryAfterMs = extra.retryAfterMs;
    this.meta = extra.meta;
  }

  /** The error's row: how it looks on each wire. */
  get row(): ErrorRow {
    return GATEWAY_ERRORS[this.code];
  }
}

/** RFC 9457 problem document, the shape of every error on REST and the body of every error on NATS. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: GatewayErrorCode;
  readonly retryable: boolean;
  readonly retry_after_ms?: number;
  readonly errors?: readonly FieldError[];
  readonly meta?: MetaProblem;
}

/** Shows an error as a problem document. */
export function toProblem(error: GatewayError): ProblemDocument {
  const row = error.row;
  return {
    type: `urn:heliograph:error:${error.code}`,
    title: row.title,
    status: row.http,
    detail: error.detail,
    code: error.code,
    retryable: row.retryable,
    ...(error.retryAfterMs === undefined ? {} : { retry_after_ms: error.retryAfterMs }),
    ...(error.errors.length === 0 ? {} : { errors: error.errors }),
    ...(error.meta === undefined ? {} : { meta: error.meta }),
  };
}
