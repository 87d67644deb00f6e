import { asArray, asInteger, asObject, asText, type JsonValue } from '../webhook/json-value.js';
import { parseErrorDetails } from './error-details.js';

/** One entry of an `errors[]` in a webhook: `{code, title, message, error_data: {details}, href}`. */
export interface MetaErrorReport {
  /** Key of the error table; null when Meta sent no usable number. */
  readonly code: number | null;
  readonly title: string | null;
  readonly message: string | null;
  /** The part that explains this very case. */
  readonly details: string | null;
  readonly href: string | null;
}

const NONE: readonly MetaErrorReport[] = [];

/**
 * Reads an `errors` list of a webhook. Never throws and loses no entry: one that is not an object becomes a report of
 * nulls with its text as the message. A single object in place of the list counts as a list of one.
 */
export function parseErrorReports(errors: JsonValue | undefined): readonly MetaErrorReport[] {
  if (errors === undefined || errors === null) return NONE;
  return (asArray(errors) ?? [errors]).map(parseErrorReport);
}

function parseErrorReport(value: JsonValue): MetaErrorReport {
  const error = asObject(value);
  if (error === null) return { code: null, title: null, message: asText(value), details: null, href: null };
  return {
    code: asInteger(error.code),
    title: asText(error.title),
    message: asText(error.message),
    // Some samples carry `details` beside `error_data` rather than inside it.
    details: parseErrorDetails(error.error_data) ?? asText(error.details),
    href: asText(error.href),
  };
}
