import { toSeconds } from '../clock/clock.js';
import type { GraphCall } from '../graph/call.js';
import { unknownObject } from '../graph/graph-error.js';
import { refused } from '../graph/graph-router.js';
import type { NodeType } from '../graph/registry.js';
import { json, type Reply } from '../http/reply.js';
import type { World } from '../world.js';
import { mediaCalls } from './media-calls.js';
import { MEDIA_LIFE_MS, type MediaStore, type Medium, URL_LIFE_MS } from './media-store.js';
import { isUploadRefusal, receiveUpload } from './media-upload.js';
import { resumableUploads } from './resumable-uploads.js';

/** Where downloads are; Meta's are on another host (lookaside.fbsbx.com) with the same path. */
export const DOWNLOAD_PATH = 'whatsapp_business/attachments';

/** Upload, URL, download and deletion of media (cloud-api.md §2). */
export function mediaModule(world: World): void {
  const { assets, clock, graph, media, rules, timers, baseUrl } = world;
  rules.knowsMedia = (id, phoneNumberId) => media.get(id, clock())?.phoneNumberId === phoneNumberId;
  const expire = timers.define<{ readonly id: string }>('media.expire', ({ id }) => media.remove(id));
  media.onAdded = ({ id, expiresAtMs }) => expire(Math.max(0, expiresAtMs - clock()), { id });
  graph.on(assets.phoneNode, [
    {
      method: 'POST',
      edge: 'media',
      budget: 'management',
      readsStream: true,
      answer: async ({ request, atMs }, number) => {
        const { stream, headers, query } = request;
        if (!stream) throw new Error('the body of an upload was not left unread');
        const upload = await receiveUpload(stream, headers['content-type'], media, query);
        if (isUploadRefusal(upload)) return refused(upload);
        const { id } = media.add({ ...upload, phoneNumberId: number.id, expiresAtMs: atMs + MEDIA_LIFE_MS.uploaded });
        return json({ id });
      },
    },
  ]);
  const node: NodeType<Medium> = {
    name: 'WhatsAppBusinessMedia',
    find: (id) => media.get(id, clock()),
    wabaIdOf: ({ phoneNumberId }) => assets.numbers.get(phoneNumberId)?.wabaId ?? '',
  };
  graph.on(node, [
    {
      method: 'GET',
      edge: '',
      budget: 'management',
      answer: (call, medium) =>
        isForeign(call, medium) ? unknown(call) : json(describe(medium, media, baseUrl(), call.atMs)),
    },
    {
      method: 'DELETE',
      edge: '',
      budget: 'management',
      answer: (call, medium) => {
        if (isForeign(call, medium)) return unknown(call);
        media.remove(medium.id);
        return json({ success: true });
      },
    },
  ]);
  graph.atRoot(DOWNLOAD_PATH, [{ method: 'GET', budget: 'management', answer: (call) => download(call, media) }]);
  resumableUploads(world);
  mediaCalls(world);
}

/** `phone_number_id` is a check that clients may ask for: the media must be that number's. */
function isForeign({ request }: GraphCall, { phoneNumberId }: Medium): boolean {
  const wanted = request.query.get('phone_number_id');
  return wanted !== null && wanted !== phoneNumberId;
}

const unknown = ({ request, id }: GraphCall): Reply => refused(unknownObject(request.method, id));

/** What `GET /{media-id}` answers. The URL holds for five minutes. */
export function describe({ id, mimeType, sha256, size }: Medium, media: MediaStore, baseUrl: string, atMs: number) {
  return {
    messaging_product: 'whatsapp',
    url: downloadUrl(id, media, baseUrl, atMs),
    mime_type: mimeType,
    sha256,
    file_size: String(size),
    id,
  };
}

/** The URL under which the bytes are for five minutes from `atMs` on. */
export function downloadUrl(id: string, media: MediaStore, baseUrl: string, atMs: number): string {
  const ext = String(toSeconds(atMs + URL_LIFE_MS));
  const query = new URLSearchParams({ mid: id, source: 'getMedia', ext, hash: media.seal(id, ext) });
  return `${baseUrl}/${DOWNLOAD_PATH}/?${query}`;
}

/** Like Meta's host for downloads: 404 for whatever is not there, not to be had, or over. */
function download({ request: { query }, atMs }: GraphCall, media: MediaStore): Reply {
  const [id, ext, hash] = [query.get('mid') ?? '', query.get('ext') ?? '', query.get('hash')];
  const medium = media.get(id, atMs);
  const isGood = medium && hash === media.seal(id, ext) && Number(ext) * 1000 > atMs;
  const from = isGood ? media.read(medium) : undefined;
  if (!medium || !from) return { kind: 'raw', status: 404, contentType: 'text/plain', text: 'Not Found' };
  return { kind: 'stream', contentType: medium.mimeType, from, length: medium.size };
}
