import { randomBytes } from 'node:crypto';

interface ErrorFacts {
  readonly status: number;
  readonly title: string;
  readonly details: string;
  readonly subcode?: number;
}

/** Codes the simulator can answer with or put into a failed status. Source: cloud-api.md §5. */
const ERRORS: Readonly<Record<number, ErrorFacts>> = {
  2: { status: 500, title: 'Service temporarily unavailable', details: 'Temporary due to downtime or overload.' },
  4: {
    status: 400,
    title: 'Application request limit reached',
    details: 'The app has reached its API call rate limit.',
  },
  100: { status: 400, title: 'Invalid parameter', details: 'The request has an unsupported or misspelled parameter.' },
  190: { status: 401, title: 'Invalid OAuth access token - Cannot parse access token', details: '' },
  368: {
    status: 403,
    title: 'Temporarily blocked for policies violations',
    details: 'The account has been restricted.',
  },
  80007: {
    status: 400,
    title: 'Rate limit issues',
    details: 'The WhatsApp Business Account has reached its rate limit.',
  },
  130429: {
    status: 400,
    title: 'Rate limit hit',
    details: 'Cloud API message throughput has been reached.',
    subcode: 2494055,
  },
  131000: { status: 500, title: 'Something went wrong', details: 'Message failed to send due to an unknown error.' },
  131005: { status: 403, title: 'Access denied', details: 'Permission is either not granted or has been removed.' },
  131008: { status: 400, title: 'Required parameter is missing', details: 'A required parameter is missing.' },
  131009: { status: 400, title: 'Parameter value is not valid', details: 'A parameter value is not valid.' },
  131016: { status: 500, title: 'Service unavailable', details: 'A service is temporarily unavailable.' },
  131026: { status: 400, title: 'Message undeliverable', details: 'Message Undeliverable.' },
  131031: { status: 403, title: 'Account has been locked', details: 'The account has been restricted or disabled.' },
  131042: {
    status: 400,
    title: 'Business eligibility payment issue',
    details: 'There is a problem with the payment method.',
  },
  131047: {
    status: 400,
    title: 'Re-engagement message',
    details: 'More than 24 hours have passed since the customer last replied to this number.',
  },
  131048: { status: 400, title: 'Spam rate limit hit', details: 'Message failed to send due to spam restrictions.' },
  131049: {
    status: 400,
    title: 'This message was not delivered to maintain healthy ecosystem engagement.',
    details: 'In order to maintain a healthy ecosystem engagement, the message failed to be delivered.',
  },
  131050: {
    status: 400,
    title: 'User stopped marketing messages',
    details: 'The recipient has opted out of marketing.',
  },
  131056: {
    status: 400,
    title: '(Business Account, Consumer Account) pair rate limit hit',
    details: 'Too many messages from this sender to the same recipient in a short time.',
  },
  131057: { status: 500, title: 'Account in maintenance mode', details: 'The account is in maintenance mode.' },
  132001: {
    status: 404,
    title: 'Template name does not exist in the translation',
    details: 'The template does not exist.',
  },
  132015: { status: 400, title: 'Template is paused', details: 'The template is paused due to low quality.' },
  133010: { status: 400, title: 'Account not registered', details: 'The phone number is not registered.' },
};

const UNKNOWN: ErrorFacts = {
  status: 400,
  title: 'Unknown error',
  details: 'The simulator knows no text for this code.',
};

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

const fbtraceId = (): string => `A${randomBytes(17).toString('base64url').slice(0, 22)}`;
