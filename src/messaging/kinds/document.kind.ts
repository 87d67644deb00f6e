import { caption, filename, mediaObject } from '../../core/content/media-object.js';
import { defineKind } from './define-kind.js';

/** A document: text, PDF or an office format, up to 100 MB (Cloud API, "Document messages"). */
export const document = defineKind({
  kind: 'document',
  schemaName: 'DocumentContent',
  content: mediaObject({ caption, filename }),
});
