import { caption, mediaObject } from '../../core/content/media-object.js';
import { defineKind } from './define-kind.js';

/** A video: MP4 or 3GPP with H.264 and AAC, up to 16 MB (Cloud API, "Video messages"). */
export const video = defineKind({
  kind: 'video',
  schemaName: 'VideoContent',
  content: mediaObject({ caption }),
});
