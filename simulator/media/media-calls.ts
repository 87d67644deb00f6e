import { DEFAULTS } from '../assets/platform-state.js';
import { DONE } from '../control/control-registry.js';
import { json } from '../http/reply.js';
import { Checker, InputError } from '../scenario/check.js';
import type { World } from '../world.js';
import { MEDIA_KINDS, type MediaKind } from './media-kinds.js';
import { sampleFile } from './sample-media.js';
import { receiveFromUser } from './user-files.js';

/**
 * `POST /_simulator/media {kind, phone_number_id?, text?}` makes a medium as a user sends it and answers its id;
 * `POST /_simulator/media/{id}/expire` lets one expire at once.
 */
export function mediaCalls({ assets, clock, control, media }: World): void {
  control.on('POST /_simulator/media', ({ body }) => {
    const check = new Checker();
    const fields = check.object(body, 'body', ['kind', 'phone_number_id', 'text']);
    const kind = MEDIA_KINDS.find((known) => known.kind === (fields.kind ?? 'image'))?.kind;
    if (!kind) check.fail('kind', `must be one of ${MEDIA_KINDS.map((known) => known.kind).join(', ')}`);
    const phoneNumberId = check.string(fields.phone_number_id, 'phone_number_id') ?? DEFAULTS.phoneNumberId;
    if (!assets.numbers.has(phoneNumberId)) check.fail('phone_number_id', `${phoneNumberId} does not exist`);
    const text = check.string(fields.text, 'text') ?? 'simulator';
    check.done();
    const medium = receiveFromUser(media, phoneNumberId, sampleFile(kind as MediaKind['kind'], text), clock());
    return json({ id: medium.id, mime_type: medium.mimeType, sha256: medium.sha256, file_size: medium.size });
  });
  control.on('POST /_simulator/media/{id}/expire', ({ params }) => {
    const id = params.id as string;
    if (!media.get(id, clock())) throw new InputError([`id: there is no medium ${id}`]);
    media.remove(id);
    return DONE;
  });
}
