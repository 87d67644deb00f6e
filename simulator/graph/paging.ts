import type { ReceivedRequest } from '../http/http-server.js';
import type { GraphRefusal } from './graph-error.js';
import { invalidParameter } from './invalid-parameter.js';

/** Items of a page when the client does not say; Graph's usual page. */
const USUAL_PAGE = 25;

/** The place of an item in a list, as Graph hides it. */
export const cursorOf = (id: string): string => Buffer.from(`id:${id}`).toString('base64url');

/** One page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly paging: object;
}

/**
 * The page that `limit`, `after` and `before` ask for, or what Graph refuses them with. A list that changes between
 * two pages neither repeats nor skips what stayed.
 */
export function pageOf<T extends { readonly id: string }>(
  all: readonly T[],
  request: ReceivedRequest,
): Page<T> | GraphRefusal {
  const { query } = request;
  const limit = Number(query.get('limit') ?? USUAL_PAGE);
  if (!Number.isInteger(limit) || limit < 1) {
    return invalidParameter({ field: 'limit', rule: 'Param limit must be a positive integer' });
  }
  const [after, before] = [query.get('after'), query.get('before')];
  const place = (cursor: string): number => all.findIndex(({ id }) => cursorOf(id) === cursor);
  const from = after === null ? (before === null ? 0 : place(before) - limit) : place(after) + 1;
  if ((after !== null && from === 0) || (after === null && before !== null && place(before) < 0)) {
    return invalidParameter({ field: after === null ? 'before' : 'after', rule: 'Invalid cursors values.' });
  }
  const start = Math.max(0, from);
  const end = after === null && before !== null ? place(before) : start + limit;
  const items = all.slice(start, end);
  return { items, paging: pagingOf(items, request, start > 0, end < all.length) };
}

/** Whether `pageOf` refused. */
export const isRefusedPage = <T>(page: Page<T> | GraphRefusal): page is GraphRefusal => 'code' in page;

function pagingOf(
  items: readonly { readonly id: string }[],
  request: ReceivedRequest,
  hasPrevious: boolean,
  hasNext: boolean,
): object {
  const [first, last] = [items[0], items.at(-1)];
  if (!first || !last) return {};
  const cursors = { before: cursorOf(first.id), after: cursorOf(last.id) };
  const link = (key: 'after' | 'before'): string => {
    const query = new URLSearchParams(request.query);
    query.delete('access_token');
    query.delete(key === 'after' ? 'before' : 'after');
    query.set(key, cursors[key]);
    return `http://${request.headers.host ?? '127.0.0.1'}${request.path}?${query}`;
  };
  return {
    paging: {
      cursors,
      ...(hasNext ? { next: link('after') } : {}),
      ...(hasPrevious ? { previous: link('before') } : {}),
    },
  };
}
