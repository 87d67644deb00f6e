import { asInteger, asObject, asText } from '../webhook/json-value.js';
import { parseErrorDetails } from './error-details.js';

/** The `error` object of an answer of the Graph API. */
export interface GraphError {
  /** Key of the error table. */
  readonly code: number;
  /** `error_subcode`: gone from sends since v16, still there on management calls. */
  readonly subcode: number | null;
  /** OAuthException, GraphMethodException, … */
  readonly type: string | null;
  /** Empty when Meta gave none. */
  readonly message: string;
  /** What explains this very case: `error_data.details`, else `error_user_msg`. */
  readonly details: string | null;
  /** To quote in a support case with Meta. */
  readonly fbtraceId: string | null;
  /** Whether Meta calls it transient; absent means no. Says nothing about whether a send was executed. */
  readonly isTransient: boolean;
}

/**
 * Reads the parsed body of an answer as a Graph error, whatever its HTTP status (proxies answer 200 with an error
 * inside). Null when it is not one — no object, no `error` object, or no whole number as its code — and then nothing
 * is known about the outcome of the call. Never throws.
 */
export function parseGraphError(body: unknown): GraphError | null {
  const error = asObject(asObject(body)?.error);
  if (error === null) return null;
  const code = asInteger(error.code);
  if (code === null) return null;
  return {
    code,
    subcode: asInteger(error.error_subcode),
    type: asText(error.type),
    message: asText(error.message) ?? '',
    details: parseErrorDetails(error.error_data) ?? asText(error.error_user_msg),
    fbtraceId: asText(error.fbtrace_id),
    isTransient: error.is_transient === true,
  };
}
