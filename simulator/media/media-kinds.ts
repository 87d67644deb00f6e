/** A kind of media: the MIME types that messages of it may bring, and how large they may be (cloud-api.md §2). */
export interface MediaKind {
  readonly kind: 'audio' | 'document' | 'image' | 'sticker' | 'video';
  readonly types: readonly string[];
  /** Bytes. */
  readonly largest: number;
}

const KB = 1024;
const MB = 1024 * KB;

/** Kinds of media in the order in which a MIME type is looked for. A sticker is told from an image by its type alone. */
export const MEDIA_KINDS: readonly MediaKind[] = [
  {
    kind: 'audio',
    types: ['audio/aac', 'audio/amr', 'audio/mp4', 'audio/mpeg', 'audio/ogg', 'audio/opus'],
    largest: 16 * MB,
  },
  { kind: 'image', types: ['image/jpeg', 'image/png'], largest: 5 * MB },
  // 100 KB hold for still stickers; Meta tells moving ones apart by their content, which is not looked into here.
  { kind: 'sticker', types: ['image/webp'], largest: 500 * KB },
  { kind: 'video', types: ['video/3gpp', 'video/mp4'], largest: 16 * MB },
  {
    kind: 'document',
    types: [
      'application/msword',
      'application/pdf',
      'application/vnd.ms-excel',
      'application/vnd.ms-powerpoint',
      'application/vnd.openxmlformats-officedocument.presentationml.presentation',
      'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
      'text/plain',
    ],
    largest: 100 * MB,
  },
];

/** All MIME types that can be uploaded, in alphabetical order, as Graph's error lists them. */
export const MEDIA_TYPES: readonly string[] = MEDIA_KINDS.flatMap(({ types }) => types).sort();

/** The MIME type without its parameters, in lower case: `audio/ogg; codecs=opus` is `audio/ogg`. */
export const bareType = (contentType: string): string => (contentType.split(';')[0] ?? '').trim().toLowerCase();

/** The kind that a MIME type belongs to; undefined: it can't be uploaded. */
export const kindOfType = (contentType: string): MediaKind | undefined =>
  MEDIA_KINDS.find(({ types }) => types.includes(bareType(contentType)));
