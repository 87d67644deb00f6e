import type { MediaKind } from '../core/media/media-types.js';
import type { Queryable } from '../platform/db/queryable.js';

/** A file that a person sent, to be written down. */
export interface NewInboundMedia {
  /** Derived from portfolio and Meta's id, so that the same file has the same id whenever it is heard of. */
  readonly id: string;
  readonly portfolioId: string;
  readonly phoneNumberId: string;
  readonly metaMediaId: string;
  readonly kind: MediaKind;
  readonly mimeType: string;
  /** In hex. */
  readonly sha256: string | null;
  readonly filename: string | null;
  /** When Meta took it in: its life at Meta counts from there. */
  readonly receivedAt: Date;
}

/** A file that is to be fetched. */
export interface RemoteMediaRow {
  readonly id: string;
  readonly portfolio_id: string;
  readonly phone_number_id: string;
  readonly meta_media_id: string;
  readonly sha256: Buffer | null;
  readonly expires_at: Date;
  readonly is_expired: boolean;
}

/** Writes down files that people sent; one that is known stays as it is. */
export async function insertInboundMedia(
  q: Queryable,
  files: readonly NewInboundMedia[],
  lifeMs: number,
): Promise<void> {
  if (files.length === 0) return;
  await q.run(
    `insert into media (id, portfolio_id, direction, state, phone_number_id, meta_media_id, kind, mime_type, sha256,
                        filename, expires_at)
     select id, portfolio_id, 'inbound', 'remote', phone_number_id, meta_media_id, kind, mime_type, decode(sha256, 'hex'),
            filename, least(received_at, now()) + $10 * interval '1 millisecond'
       from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                   $9::timestamptz[])
         as f (id, portfolio_id, phone_number_id, meta_media_id, kind, mime_type, sha256, filename, received_at)
      order by id
     on conflict do nothing`,
    [
      files.map((f) => f.id),
      files.map((f) => f.portfolioId),
      files.map((f) => f.phoneNumberId),
      files.map((f) => f.metaMediaId),
      files.map((f) => f.kind),
      files.map((f) => f.mimeType),
      files.map((f) => f.sha256),
      files.map((f) => f.filename),
      files.map((f) => f.receivedAt),
      lifeMs,
    ],
  );
}

const REMOTE_COLUMNS = `
  id, portfolio_id, phone_number_id, meta_media_id, sha256, expires_at, expires_at <= now() as is_expired`;

/** A file of a portfolio that is still at Meta, or null. */
export async function findRemote(q: Queryable, portfolioId: string, id: string): Promise<RemoteMediaRow | null> {
  const [row] = await q.rows<RemoteMediaRow>(
    `select ${REMOTE_COLUMNS} from media where portfolio_id = $1 and id = $2 and state = 'remote'`,
    [portfolioId, id],
  );
  return row ?? null;
}

/** Takes files that are due to be fetched; nobody else is given them for `heldMs`. */
export function claimRemote(q: Queryable, p: { limit: number; heldMs: number }): Promise<RemoteMediaRow[]> {
  return q.rows<RemoteMediaRow>(
    `update media set fetch_due_at = now() + $2 * interval '1 millisecond'
      where id in (select id from media
                    where state = 'remote' and fetch_due_at <= now()
                    order by fetch_due_at limit $1 for update skip locked)
     returning ${REMOTE_COLUMNS}`,
    [p.limit, p.heldMs],
  );
}

/** Says that the bytes of a file are in the store; false when the file was removed or has expired meanwhile. */
export async function markStored(
  q: Queryable,
  p: { portfolioId: string; id: string; sizeBytes: number; sha256: Buffer },
): Promise<boolean> {
  const changed = await q.run(
    `update media set state = 'stored', size_bytes = $3, sha256 = $4
      where portfolio_id = $1 and id = $2 and state <> 'expired'`,
    [p.portfolioId, p.id, p.sizeBytes, p.sha256],
  );
  return changed > 0;
}

/** Says that Meta has a file no more. */
export async function markExpired(q: Queryable, portfolioId: string, id: string): Promise<void> {
  await q.run(`update media set state = 'expired' where portfolio_id = $1 and id = $2 and state = 'remote'`, [
    portfolioId,
    id,
  ]);
}

/** Puts a file off after a failure: half a minute, then twice as long each time, six hours at most. */
export async function putOff(q: Queryable, portfolioId: string, id: string): Promise<void> {
  await q.run(
    `update media set fetch_failures = fetch_failures + 1,
            fetch_due_at = now() + least(interval '30 seconds' * power(2, least(fetch_failures, 20)), interval '6 hours')
      where portfolio_id = $1 and id = $2 and state = 'remote'`,
    [portfolioId, id],
  );
}

/** Marks files that Meta has deleted by now, and gives how many. */
export function expireRemote(q: Queryable, limit: number): Promise<number> {
  return q.run(
    `update media set state = 'expired'
      where id in (select id from media where state = 'remote' and expires_at <= now() limit $1)`,
    [limit],
  );
}

/** Files that people sent so many days ago. */
export function findOldInbound(
  q: Queryable,
  days: number,
  limit: number,
): Promise<{ id: string; portfolio_id: string }[]> {
  return q.rows(
    `select id, portfolio_id from media
      where direction = 'inbound' and created_at < now() - $1 * interval '1 day'
      order by created_at limit $2`,
    [days, limit],
  );
}

/** Removes files whose bytes are gone. */
export async function deleteInbound(q: Queryable, ids: readonly string[]): Promise<void> {
  await q.run(`delete from media where id = any($1::uuid[]) and direction = 'inbound'`, [ids]);
}
