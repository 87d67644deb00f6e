import { graphRefusal, unknownField } from '../graph-error.js';
import type { ReceivedRequest } from '../http-server.js';
import { json, type Reply } from '../reply.js';
import type { PhoneNumber } from '../state.js';
import { selectFields } from './fields.js';
import { PHONE_FIELDS } from './nodes.js';

/** Numbers per page when the client does not say; Graph's usual page. */
const PAGE = 25;

const cursorOf = (id: string): string => Buffer.from(`id:${id}`).toString('base64url');

/** Answers `GET /{waba}/phone_numbers` with `fields`, `limit` and `after`. */
export function phoneNumbersPage(numbers: readonly PhoneNumber[], request: ReceivedRequest): Reply {
  const { query } = request;
  const limit = Number(query.get('limit') ?? PAGE);
  if (!Number.isInteger(limit) || limit < 1) {
    const { status, body } = graphRefusal(100, 'Param limit must be a positive integer.');
    return json(body, status);
  }
  const after = query.get('after');
  const start = after === null ? 0 : numbers.findIndex(({ id }) => cursorOf(id) === after) + 1;
  if (after !== null && start === 0) {
    const { status, body } = graphRefusal(100, 'Invalid cursors values.');
    return json(body, status);
  }
  const page = numbers.slice(start, start + limit);
  const data: unknown[] = [];
  for (const number of page) {
    const selected = selectFields(number, PHONE_FIELDS, query.get('fields'));
    if ('unknown' in selected) {
      const { status, body } = unknownField(selected.unknown, PHONE_FIELDS.nodeType);
      return json(body, status);
    }
    data.push(selected.members);
  }
  return json({ data, ...pagingOf(page, start + limit < numbers.length ? request : undefined) });
}

/** `request` is given when more pages follow: the next one is the same request from the last cursor on. */
function pagingOf(page: readonly PhoneNumber[], request: ReceivedRequest | undefined): object {
  const [first, last] = [page[0], page.at(-1)];
  if (!first || !last) return {};
  const cursors = { before: cursorOf(first.id), after: cursorOf(last.id) };
  if (!request) return { paging: { cursors } };
  const next = new URLSearchParams(request.query);
  next.set('after', cursors.after);
  return { paging: { cursors, next: `http://${request.headers.host ?? '127.0.0.1'}${request.path}?${next}` } };
}
