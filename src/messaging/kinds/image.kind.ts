import { caption, mediaObject } from '../../core/content/media-object.js';
import { defineKind } from './define-kind.js';

/** An image: JPEG or PNG, up to 5 MB (Cloud API, "Image messages"). */
export const image = defineKind({
  kind: 'image',
  schemaName: 'ImageContent',
  content: mediaObject({ caption }),
});
