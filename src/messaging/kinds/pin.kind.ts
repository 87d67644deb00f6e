import { wamid } from '../../core/content/wamid.js';
import { object } from '../../core/shape/object-shape.js';
import { described, optional } from '../../core/shape/shape.js';
import { oneOf } from '../../core/shape/text-shape.js';
import { integer } from '../../core/shape/value-shapes.js';
import { defineKind } from './define-kind.js';

/** Keeps a message on top of a group, or no longer (Cloud API, "Groups messaging"). */
export const pin = defineKind({
  kind: 'pin',
  schemaName: 'PinContent',
  content: object({
    type: oneOf(['pin', 'unpin']),
    message_id: wamid,
    expiration_days: optional(
      described(integer({ min: 1, max: 30, orText: true }), 'How long it stays pinned. Meta offers 1, 7 and 30 days.'),
    ),
  }),
});
