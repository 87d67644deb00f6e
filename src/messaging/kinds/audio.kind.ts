import { mediaObject } from '../../core/content/media-object.js';
import { described, optional } from '../../core/shape/shape.js';
import { flag } from '../../core/shape/value-shapes.js';
import { defineKind } from './define-kind.js';

/** A sound: AAC, AMR, MP3, MP4 or OGG with Opus, up to 16 MB. It has no caption (Cloud API, "Audio messages"). */
export const audio = defineKind({
  kind: 'audio',
  schemaName: 'AudioContent',
  content: mediaObject({ voice: optional(described(flag(), 'Shows it as a voice note; it must be OGG with Opus.')) }),
});
