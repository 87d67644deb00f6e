import { all, anything, exactlyOneOf, object, optional, type Rule, required, text, word } from '../rules.js';
import { anyHeader, interactive } from './parts.js';

/** Asks where the user is. */
export const LOCATION_REQUEST = interactive(
  'location_request_message',
  1024,
  object({ name: required(word('send_location')) }),
);

/** Asks for a delivery address; Meta has it for India only (cloud-api.md §1.3). */
export const ADDRESS_MESSAGE = interactive(
  'address_message',
  1024,
  object({
    name: required(word('address_message')),
    parameters: required(
      object({
        country: required(word('IN')),
        values: optional(anything),
        saved_addresses: optional(anything),
        validation_errors: optional(anything),
      }),
    ),
  }),
  optional(anyHeader),
);

/** Asks a user known by a user id only for the phone number. */
export const REQUEST_CONTACT_INFO = interactive(
  'request_contact_info',
  1024,
  object({ name: required(word('request_contact_info')) }),
);

/** `flow_message_version` is printed as a string, clients send a number as well. */
const VERSION: Rule = (value) => word('3')(String(value));

/** Opens a form. */
export const FLOW = interactive(
  'flow',
  1024,
  object({
    name: required(word('flow')),
    parameters: required(
      all(
        exactlyOneOf('flow_id', 'flow_name'),
        object({
          flow_message_version: required(VERSION),
          flow_token: optional(text()),
          flow_id: optional(text()),
          flow_name: optional(text()),
          flow_cta: required(text({ max: 30 })),
          mode: optional(word('draft', 'published')),
          flow_action: optional(word('navigate', 'data_exchange')),
          flow_action_payload: optional(object({ screen: required(text()), data: optional(anything) })),
        }),
      ),
    ),
  }),
  optional(anyHeader),
);

/**
 * Payments and calls: only the name of the action is checked, as their parameters differ by country and the documents
 * at hand do not show all of them.
 */
export const loosely = (kind: string, action: string): Rule =>
  interactive(
    kind,
    1024,
    object({ name: required(word(action)), parameters: optional(anything) }),
    optional(anyHeader),
  );
