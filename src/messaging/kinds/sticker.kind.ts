import { mediaObject } from '../../core/content/media-object.js';
import { defineKind } from './define-kind.js';

/** A sticker: WebP of 512 by 512, 100 kB still or 500 kB moving. It has no caption (Cloud API, "Sticker messages"). */
export const sticker = defineKind({
  kind: 'sticker',
  schemaName: 'StickerContent',
  content: mediaObject(),
});
