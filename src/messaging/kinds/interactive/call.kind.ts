import { body, header, interactive, namedAction } from '../../../core/content/interactive-parts.js';
import { object } from '../../../core/shape/object-shape.js';
import { optional } from '../../../core/shape/shape.js';
import { oneOf, text } from '../../../core/shape/text-shape.js';
import { integer } from '../../../core/shape/value-shapes.js';

/** Life of a call button in minutes: up to 30 days (Meta, "Calling buttons"). */
const LONGEST_TTL = 43_200;

/** A button that calls the business (Cloud API, "Calling buttons"). */
export const voiceCall = interactive('voice_call', {
  description: 'A button that calls the business.',
  header: optional(header()),
  action: object({
    name: oneOf(['voice_call']),
    parameters: optional(
      object({
        display_text: optional(text({ max: 20 })),
        ttl_minutes: optional(integer({ min: 1, max: LONGEST_TTL })),
        payload: optional(text({ max: 512 })),
      }),
    ),
  }),
});

/** Asks whether the business may call (Cloud API, "Call permissions"). */
export const callPermissionRequest = interactive('call_permission_request', {
  description: 'Asks whether the business may call.',
  body: optional(body()),
  action: namedAction('call_permission_request'),
});
