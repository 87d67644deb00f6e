import { randomBytes } from 'node:crypto';
import { ERRORS, UNKNOWN } from './error-facts.js';

/** Where Meta's errors point their readers. */
const HREF = 'https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/';

/** A refusal as it goes over the wire: HTTP status and Graph's JSON body. */
export interface GraphRefusal {
  readonly status: number;
  readonly code: number;
  readonly body: unknown;
}

/** The refusal for a code; `details` replaces the usual text and should name the field at fault. */
export function graphRefusal(code: number, details?: string): GraphRefusal {
  const facts = ERRORS[code] ?? UNKNOWN;
  const text = details ?? facts.details;
  const error = {
    message: code < 100 || code === 190 ? facts.title : `(#${code}) ${facts.title}`,
    type: 'OAuthException',
    code,
    ...(text === '' ? {} : { error_data: { messaging_product: 'whatsapp', details: text } }),
    ...(facts.subcode === undefined ? {} : { error_subcode: facts.subcode }),
    ...(facts.user === undefined ? {} : { error_user_title: facts.user.title, error_user_msg: facts.user.message }),
    fbtrace_id: fbtraceId(),
  };
  return { status: facts.status, code, body: { error } };
}

/** What Graph says of a node, edge or method that does not exist or may not be seen: 100/33 GraphMethodException. */
export function unknownObject(method: string, id: string): GraphRefusal {
  const message =
    `Unsupported ${method.toLowerCase()} request. Object with ID '${id}' does not exist, cannot be loaded due to ` +
    'missing permissions, or does not support this operation. Please read the Graph API documentation at ' +
    'https://developers.facebook.com/docs/graph-api';
  const error = { message, type: 'GraphMethodException', code: 100, error_subcode: 33, fbtrace_id: fbtraceId() };
  return { status: 400, code: 100, body: { error } };
}

/** What Graph says when `fields` names something the node does not have. */
export function unknownField(field: string, nodeType: string): GraphRefusal {
  const message = `(#100) Tried accessing nonexisting field (${field}) on node type (${nodeType})`;
  return {
    status: 400,
    code: 100,
    body: { error: { message, type: 'OAuthException', code: 100, fbtrace_id: fbtraceId() } },
  };
}

/** The error object inside a failed status (cloud-api.md §4.5). */
export function statusError(code: number): unknown {
  const { title, details } = ERRORS[code] ?? UNKNOWN;
  return { code, title, message: title, error_data: { details }, href: HREF };
}

/** A trace id such as every error of Graph carries; nothing depends on it, so it needs no seed. */
export const fbtraceId = (): string => `A${randomBytes(17).toString('base64url').slice(0, 22)}`;
