import { toStorableText } from '../text/well-formed.js';
import { asObject, asText, type JsonObject } from '../webhook/json-value.js';
import type { MediaKind } from './media-types.js';

/** A file in a message from a person, as the webhook tells of it. */
export interface InboundFile {
  readonly metaMediaId: string;
  readonly kind: MediaKind;
  readonly mimeType: string;
  /** SHA-256 of its content in hex; null when the webhook has none that can be read. */
  readonly sha256: string | null;
  readonly filename: string | null;
}

const KINDS: ReadonlySet<string> = new Set<MediaKind>(['image', 'audio', 'video', 'document', 'sticker']);

/** Meta's ids of files are numbers; anything else would go into a path of the Graph API. */
const META_ID = /^\d{1,32}$/;

/** A type with its parameters, such as `audio/ogg; codecs=opus`: it becomes a header of an answer of ours. */
const MIME_TYPE =
  /^[a-z0-9][a-z0-9!#$&^_.+-]{0,63}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}(; ?[a-z0-9-]+=[a-z0-9_.+-]+){0,3}$/i;

const LONGEST_FILENAME = 255;

/**
 * The file of a message of Meta's, or null when it has none. What a person can choose (name, type) is never trusted: a
 * type that is none becomes `application/octet-stream`. Rule: Meta, webhook reference of `messages`, media messages; the
 * hash is in base64 there, in hex in answers of the Graph API, and read in both forms.
 */
export function inboundFileOf(message: JsonObject): InboundFile | null {
  const kind = asText(message.type);
  if (kind === null || !KINDS.has(kind)) return null;
  const file = asObject(message[kind]);
  const metaMediaId = asText(file?.id);
  if (file === null || metaMediaId === null || !META_ID.test(metaMediaId)) return null;
  const mimeType = asText(file.mime_type) ?? '';
  return {
    metaMediaId,
    kind: kind as MediaKind,
    mimeType: MIME_TYPE.test(mimeType) ? mimeType : 'application/octet-stream',
    sha256: readSha256(asText(file.sha256)),
    filename: storableName(asText(file.filename)),
  };
}

/** A SHA-256 in hex, from hex or base64; null when it is neither. */
export function readSha256(text: string | null): string | null {
  if (text === null) return null;
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase();
  if (!/^[A-Za-z0-9+/]{43}=?$/.test(text)) return null;
  return [...atob(text.replace('=', ''))].map((byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('');
}

/** The last part of a path is a name; without control characters, which no header may hold. */
function storableName(filename: string | null): string | null {
  const name = toStorableText(filename ?? '')
    .split(/[\\/]/)
    .at(-1)
    ?.replace(/\p{Cc}/gu, '');
  return name === undefined || name === '' ? null : [...name].slice(0, LONGEST_FILENAME).join('');
}
