import { header, interactive, namedAction } from '../../../core/content/interactive-parts.js';
import { optional } from '../../../core/shape/shape.js';

/** A button that asks for the phone number of someone known by user id only (Cloud API, 2026). */
export const contactRequest = interactive('request_contact_info', {
  description: 'A button that asks for the phone number of someone known by user id only.',
  header: optional(header()),
  action: namedAction('request_contact_info'),
});
