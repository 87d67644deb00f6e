/**
 * Where the page after one of a list of Graph's begins; null when there is none. Graph gives a cursor after the last
 * page as well, so only a link to the next page says that there is one; the cursor is in it too, in case it stands
 * nowhere else.
 */
export function nextCursor(page: Record<string, unknown>): string | null {
  const paging = page.paging as { cursors?: { after?: unknown } | null; next?: unknown } | null | undefined;
  const next = paging?.next;
  if (typeof next !== 'string') return null;
  const after = paging?.cursors?.after;
  if (typeof after === 'string') return after;
  return URL.canParse(next) ? new URL(next).searchParams.get('after') : null;
}
