import { audio } from './audio.kind.js';
import { contacts } from './contacts.kind.js';
import type { KindDeclaration } from './define-kind.js';
import { document } from './document.kind.js';
import { image } from './image.kind.js';
import { interactive } from './interactive.kind.js';
import { location } from './location.kind.js';
import { pin } from './pin.kind.js';
import { reaction } from './reaction.kind.js';
import { sticker } from './sticker.kind.js';
import { template } from './template.kind.js';
import { text } from './text.kind.js';
import { video } from './video.kind.js';

/** Every kind of message that can be sent. One line and one file each. */
export const KINDS = {
  text,
  image,
  audio,
  video,
  document,
  sticker,
  location,
  contacts,
  reaction,
  interactive,
  template,
  pin,
} as const satisfies Record<string, KindDeclaration>;

/** The name of a kind: the message's `type`, and the key of its content. */
export type Kind = keyof typeof KINDS;

/** The names of all kinds. */
export const KIND_NAMES = Object.keys(KINDS) as Kind[];
