import { header, interactive, namedAction } from '../../../core/content/interactive-parts.js';
import { optional } from '../../../core/shape/shape.js';

/** A button that asks where the person is (Cloud API, "Location request messages"). */
export const locationRequest = interactive('location_request_message', {
  description: 'A button that asks where the person is.',
  header: optional(header()),
  action: namedAction('send_location'),
});
