import { place } from '../../core/content/place.js';
import { defineKind } from './define-kind.js';

/** A place on the map (Cloud API, "Location messages"). */
export const location = defineKind({
  kind: 'location',
  schemaName: 'LocationContent',
  content: place,
});
