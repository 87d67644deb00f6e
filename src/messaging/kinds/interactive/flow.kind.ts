import { actionWith, header, interactive } from '../../../core/content/interactive-parts.js';
import { anyObject, exactlyOne, object } from '../../../core/shape/object-shape.js';
import { optional } from '../../../core/shape/shape.js';
import { oneOf, text } from '../../../core/shape/text-shape.js';

const parameters = object(
  {
    flow_message_version: text({ max: 8, pattern: /^\d+$/, rule: 'must be a version such as 3' }),
    flow_token: optional(text({ max: 1024 })),
    flow_id: optional(text({ max: 256 })),
    flow_name: optional(text({ max: 256 })),
    flow_cta: text({ max: 30 }),
    mode: optional(oneOf(['published', 'draft'])),
    flow_action: optional(oneOf(['navigate', 'data_exchange'])),
    flow_action_payload: optional(object({ screen: text({ max: 256 }), data: optional(anyObject()) })),
  },
  { rules: [exactlyOne('flow_id', 'flow_name')] },
);

/** A button that opens a form (Cloud API, "Sending a Flow"). */
export const flow = interactive('flow', {
  description: 'A button that opens a form.',
  header: optional(header()),
  action: actionWith('flow', parameters),
});
