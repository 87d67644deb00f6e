import type { MediaKind } from '../core/media/media-types.js';
import type { Queryable } from '../platform/db/queryable.js';

/** A file as it is known: its bytes are in the file store under its id, once it is `stored`. */
export interface MediaRow {
  readonly id: string;
  readonly portfolio_id: string;
  readonly direction: 'outbound' | 'inbound';
  readonly state: 'stored' | 'remote' | 'expired';
  readonly kind: MediaKind;
  readonly mime_type: string;
  readonly size_bytes: number | null;
  readonly sha256: Buffer | null;
  readonly filename: string | null;
  readonly phone_number_id: string | null;
  readonly meta_media_id: string | null;
  readonly expires_at: Date | null;
  readonly created_at: Date;
}

const COLUMNS = `
  id, portfolio_id, direction, state, kind, mime_type, size_bytes, sha256, filename, phone_number_id, meta_media_id,
  expires_at, created_at`;

/** A file that a caller uploaded. */
export interface NewMedia {
  readonly id: string;
  readonly kind: MediaKind;
  readonly mimeType: string;
  readonly sizeBytes: number;
  readonly sha256: Buffer;
  readonly filename: string | null;
}

/** Writes a file down whose bytes are in the store. */
export async function insertMedia(q: Queryable, portfolioId: string, m: NewMedia): Promise<MediaRow> {
  const [row] = await q.rows<MediaRow>(
    `insert into media (id, portfolio_id, direction, state, kind, mime_type, size_bytes, sha256, filename)
     values ($1, $2, 'outbound', 'stored', $3, $4, $5, $6, $7)
     returning ${COLUMNS}`,
    [m.id, portfolioId, m.kind, m.mimeType, m.sizeBytes, m.sha256, m.filename],
  );
  return row as MediaRow;
}

/** A file of a portfolio, or null. */
export async function findMedia(q: Queryable, portfolioId: string, id: string): Promise<MediaRow | null> {
  const [row] = await q.rows<MediaRow>(`select ${COLUMNS} from media where portfolio_id = $1 and id = $2`, [
    portfolioId,
    id,
  ]);
  return row ?? null;
}

/** A file that a person sent to a number of a portfolio, by the id that its webhook had; null when there is none. */
export async function findInboundMedia(
  q: Queryable,
  portfolioId: string,
  metaMediaId: string,
): Promise<MediaRow | null> {
  const [row] = await q.rows<MediaRow>(
    `select ${COLUMNS} from media where portfolio_id = $1 and meta_media_id = $2 and direction = 'inbound'`,
    [portfolioId, metaMediaId],
  );
  return row ?? null;
}

/** Takes a file of a portfolio out, with what Meta has of its content when no other file has the same; null when there was none. */
export async function deleteMedia(q: Queryable, portfolioId: string, id: string): Promise<MediaRow | null> {
  const [row] = await q.rows<MediaRow>(
    `with gone as (
       delete from media where portfolio_id = $1 and id = $2 returning ${COLUMNS}
     ), forgotten as (
       delete from media_uploads u using gone
        where u.portfolio_id = gone.portfolio_id and u.sha256 = gone.sha256
          and not exists (select 1 from media other
                           where other.portfolio_id = gone.portfolio_id and other.sha256 = gone.sha256
                             and other.id <> gone.id)
     )
     select ${COLUMNS} from gone`,
    [portfolioId, id],
  );
  return row ?? null;
}

/** A file to be sent from a number, with the id under which Meta has its content there, when that is still good. */
export interface SendableMedia {
  readonly id: string;
  readonly state: MediaRow['state'];
  readonly mime_type: string;
  readonly size_bytes: number | null;
  readonly sha256: Buffer | null;
  readonly filename: string | null;
  readonly meta_media_id: string | null;
  /** How long Meta's id is still to be used; null when there is none. */
  readonly good_for_ms: number | null;
}

/** Files of a portfolio as one of its numbers can send them. An id of Meta's counts until `marginMs` before its end. */
export function findSendable(
  q: Queryable,
  p: { portfolioId: string; phoneNumberId: string; ids: readonly string[]; marginMs: number },
): Promise<SendableMedia[]> {
  return q.rows<SendableMedia>(
    `select m.id, m.state, m.mime_type, m.size_bytes, m.sha256, m.filename, u.meta_media_id,
            (extract(epoch from u.expires_at - now()) * 1000 - $4)::double precision as good_for_ms
       from media m
       left join media_uploads u
         on u.phone_number_id = $2 and u.sha256 = m.sha256 and u.mime_type = m.mime_type
        and u.expires_at > now() + $4 * interval '1 millisecond'
      where m.portfolio_id = $1 and m.id = any($3::uuid[])`,
    [p.portfolioId, p.phoneNumberId, p.ids, p.marginMs],
  );
}

/** Content that Meta has now under an id, and for how long. */
export interface NewUpload {
  readonly portfolioId: string;
  readonly phoneNumberId: string;
  readonly sha256: Buffer;
  readonly mimeType: string;
  readonly metaMediaId: string;
  readonly lifeMs: number;
}

/** Remembers under which id Meta has some content, in place of an older one. */
export async function recordUpload(q: Queryable, u: NewUpload): Promise<void> {
  await q.run(
    `insert into media_uploads (phone_number_id, sha256, mime_type, portfolio_id, meta_media_id, expires_at)
     values ($1, $2, $3, $4, $5, now() + $6 * interval '1 millisecond')
     on conflict (phone_number_id, sha256, mime_type) do update
        set meta_media_id = excluded.meta_media_id, uploaded_at = now(), expires_at = excluded.expires_at`,
    [u.phoneNumberId, u.sha256, u.mimeType, u.portfolioId, u.metaMediaId, u.lifeMs],
  );
}

/** Forgets under which ids Meta has these files for a number: they are uploaded again when they are next sent. */
export async function forgetUploads(q: Queryable, phoneNumberId: string, mediaIds: readonly string[]): Promise<number> {
  return q.run(
    `delete from media_uploads u
      using media m
      where m.id = any($2::uuid[]) and u.phone_number_id = $1 and u.sha256 = m.sha256 and u.mime_type = m.mime_type
        and u.portfolio_id = m.portfolio_id`,
    [phoneNumberId, mediaIds],
  );
}
