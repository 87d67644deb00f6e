import { type MetaErrorRows, rejected } from '../meta-error-row.js';

/** Codes about templates and flows; with `slow: 'template'` every other message of the template fails as well. */
export const TEMPLATE_ERRORS: MetaErrorRows = {
  132000: rejected('Template param count mismatch', 'The message has more or fewer parameters than the template.'),
  132001: rejected(
    'Template does not exist',
    'The template is not approved, or not in this language; just after approval it may take a minute to appear.',
  ),
  132005: rejected('Template hydrated text too long', 'With its parameters filled in the text is too long.'),
  132007: rejected('Template format character policy violated', 'The content breaks a policy of WhatsApp.', {
    alert: 'business',
  }),
  132012: rejected('Template parameter format mismatch', 'A parameter is of another kind than the template wants.'),
  132015: rejected('Template is paused', 'The template is paused for low quality, so its campaigns wait.', {
    slow: 'template',
    alert: 'business',
  }),
  132016: rejected('Template is disabled', 'The template was paused too often and is gone for good.', {
    slow: 'template',
    alert: 'business',
  }),
  132018: rejected(
    'Template validation error',
    'A parameter holds a line break, a tab or more than four spaces in a row.',
  ),
  132068: rejected('Flow is blocked', 'The flow behind the template is blocked, so mend the flow.', {
    slow: 'template',
    alert: 'business',
  }),
  132069: rejected('Flow is throttled', 'The flow has had its 10 messages of this hour.', {
    slow: 'template',
    alert: 'business',
  }),
  134101: rejected(
    'Template still syncing',
    'The template is being prepared for marketing_messages, up to 10 minutes.',
    {
      slow: 'template',
    },
  ),
  200005: rejected('Template insights unavailable', 'Meta has no insights for this template.'),
  200006: rejected('Cannot disable template insights', 'Insights cannot be switched off once they are on.'),
  200007: rejected('Template insights not enabled', 'Insights must be switched on for the account first.', {
    alert: 'operator',
  }),
};
