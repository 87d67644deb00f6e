import type { ReceivedRequest } from '../http/http-server.js';

/** One call of Graph, its path taken apart. */
export interface GraphCall {
  readonly request: ReceivedRequest;
  /** Such as `v25.0`; '' when the path names none. */
  readonly version: string;
  /** The first segment behind the version. */
  readonly id: string;
  /** What follows the id, without slashes at its ends; '' for the node itself. */
  readonly edge: string;
  /** From `Authorization` (Bearer or OAuth) or `access_token`. */
  readonly token: string | undefined;
  /** Platform time of the arrival. */
  readonly atMs: number;
  /** The body: parsed JSON, the members of a form, or the text when it is neither. Empty reads as {}. */
  readonly body: unknown;
}

/** Whether a path segment is a Graph version. */
export const isVersion = (text: string): boolean => /^v\d+\.\d+$/.test(text);

/** Takes the path of a request apart. */
export function splitPath(path: string): Pick<GraphCall, 'version' | 'id' | 'edge'> {
  const segments = path.split('/').filter((segment) => segment !== '');
  const version = isVersion(segments[0] ?? '') ? (segments.shift() as string) : '';
  const [id = '', ...rest] = segments;
  return { version, id: decoded(id), edge: rest.join('/') };
}

/** Reads a request as a call of Graph. */
export function readCall(request: ReceivedRequest, atMs: number): GraphCall {
  let body: unknown;
  let isRead = false;
  return {
    request,
    ...splitPath(request.path),
    token: /^(?:Bearer|OAuth)\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? tokenOf(request.query),
    atMs,
    get body() {
      if (!isRead) body = parseBody(request);
      isRead = true;
      return body;
    },
  };
}

const tokenOf = (query: URLSearchParams): string | undefined => query.get('access_token') ?? undefined;

function parseBody({ body, headers }: ReceivedRequest): unknown {
  if (body === '') return {};
  if (headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
    return Object.fromEntries(new URLSearchParams(body));
  }
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
