import { MEDIA_KINDS } from './media-kinds.js';
import { MEDIA_LIFE_MS, type MediaStore, type Medium } from './media-store.js';
import { type SampleFile, sampleFile } from './sample-media.js';

/** Puts a file of a user into the store; its id holds seven days, as that of every webhook (cloud-api.md §2). */
export function receiveFromUser(media: MediaStore, phoneNumberId: string, file: SampleFile, atMs: number): Medium {
  const { sha256, size } = media.put(file.bytes);
  return media.add({ phoneNumberId, mimeType: file.mimeType, sha256, size, expiresAtMs: atMs + MEDIA_LIFE_MS.inbound });
}

/**
 * The content of a user's message with a file in it when it is of a kind that has one and names none by an `id`; all
 * other content as it is. Webhooks have the hash in base64, where Graph has it in hex (payloads/messages).
 */
export function withFile(
  media: MediaStore,
  phoneNumberId: string,
  { type, content, from, atMs }: { type: string; content: unknown; from: string; atMs: number },
): unknown {
  const kind = MEDIA_KINDS.find((known) => known.kind === type)?.kind;
  const given = (content ?? {}) as Readonly<Record<string, unknown>>;
  if (!kind || given.id !== undefined) return content;
  const { filename, ...file } = sampleFile(kind, from);
  const { id, mimeType, sha256 } = receiveFromUser(media, phoneNumberId, file, atMs);
  return {
    ...(filename === undefined ? {} : { filename }),
    ...given,
    id,
    mime_type: mimeType,
    sha256: Buffer.from(sha256, 'hex').toString('base64'),
  };
}
