/** Kinds of files in messages, by the name of the message that carries them. */
export type MediaKind = 'image' | 'audio' | 'video' | 'document' | 'sticker';

interface MediaType {
  readonly kind: MediaKind;
  /** What the content of such a file is recognised as, besides its own name. Empty: what has no recognisable form. */
  readonly seenAs?: readonly string[];
}

const MB = 1024 * 1024;

/** The largest file of each kind in bytes (Meta, "Supported media types"); for stickers that of an animated one. */
export const LARGEST_MEDIA: Readonly<Record<MediaKind, number>> = {
  image: 5 * MB,
  audio: 16 * MB,
  video: 16 * MB,
  document: 100 * MB,
  sticker: 500 * 1024,
};

/** The largest file of any kind, in bytes. */
export const LARGEST_FILE = Math.max(...Object.values(LARGEST_MEDIA));

const OLD_OFFICE = ['application/x-cfb'];
const NEW_OFFICE = ['application/zip'];

/** Every type that Meta takes (Meta, "Supported media types"; cloud-api.md §2). */
export const MEDIA_TYPES: Readonly<Record<string, MediaType>> = {
  'image/jpeg': { kind: 'image' },
  'image/png': { kind: 'image' },
  'image/webp': { kind: 'sticker' },
  'audio/aac': { kind: 'audio' },
  'audio/amr': { kind: 'audio' },
  'audio/mpeg': { kind: 'audio' },
  'audio/mp4': { kind: 'audio', seenAs: ['audio/x-m4a', 'video/mp4'] },
  'audio/ogg': { kind: 'audio' },
  'video/mp4': { kind: 'video', seenAs: ['video/x-m4v'] },
  'video/3gpp': { kind: 'video' },
  'text/plain': { kind: 'document', seenAs: [] },
  'application/pdf': { kind: 'document' },
  'application/msword': { kind: 'document', seenAs: OLD_OFFICE },
  'application/vnd.ms-excel': { kind: 'document', seenAs: OLD_OFFICE },
  'application/vnd.ms-powerpoint': { kind: 'document', seenAs: OLD_OFFICE },
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': { kind: 'document', seenAs: NEW_OFFICE },
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': { kind: 'document', seenAs: NEW_OFFICE },
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': { kind: 'document', seenAs: NEW_OFFICE },
};

/** Names that clients use for the same things. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  'image/jpg': 'image/jpeg',
  'audio/mp3': 'audio/mpeg',
  'audio/m4a': 'audio/mp4',
  'audio/x-m4a': 'audio/mp4',
  'audio/opus': 'audio/ogg',
  'video/3gp': 'video/3gpp',
  'application/x-pdf': 'application/pdf',
};

/** What a file is, or why it cannot be sent. */
export type MediaVerdict =
  | { readonly mimeType: string; readonly kind: MediaKind; readonly problem?: never }
  | { readonly problem: string };

/** What is known of a file. */
export interface FileFacts {
  /** As its sender calls it; null when they did not say. */
  readonly declared: string | null;
  /** As its content looks; null when it has no recognisable form. */
  readonly seen: string | null;
  readonly sizeBytes: number;
  /** Whether its beginning holds bytes that no text has. */
  readonly isBinary: boolean;
}

/**
 * Says what a file is, from what its sender calls it and what its content looks like, or which rule it breaks. A file
 * whose content contradicts its name is refused: Meta would take it, and fail to deliver it minutes later (131053).
 */
export function judgeMedia({ declared, seen, sizeBytes, isBinary }: FileFacts): MediaVerdict {
  const named = canonicalType(declared);
  const looks = canonicalType(seen);
  const mimeType = named ?? looks ?? (isBinary ? null : 'text/plain');
  const type = mimeType !== null && Object.hasOwn(MEDIA_TYPES, mimeType) ? MEDIA_TYPES[mimeType] : undefined;
  if (mimeType === null || type === undefined) {
    return {
      problem: `the type ${mimeType ?? 'of this file'} cannot be sent; use one of ${Object.keys(MEDIA_TYPES).join(', ')}`,
    };
  }
  if (sizeBytes === 0) return { problem: 'the file must not be empty' };
  const hasItsForm =
    looks === null ? mimeType === 'text/plain' && !isBinary : looks === mimeType || (type.seenAs ?? []).includes(looks);
  if (!hasItsForm)
    return { problem: `the content of the file must be ${mimeType}, but looks like ${looks ?? 'something else'}` };
  const most = LARGEST_MEDIA[type.kind];
  if (sizeBytes > most) return { problem: `a file of type ${mimeType} must have at most ${most} bytes` };
  return { mimeType, kind: type.kind };
}

/** A type without its parameters and under its usual name; null when nothing or nothing in particular is said. */
export function canonicalType(type: string | null): string | null {
  const plain = (type ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (plain === '' || plain === 'application/octet-stream') return null;
  return Object.hasOwn(OTHER_NAMES, plain) ? (OTHER_NAMES[plain] as string) : plain;
}
