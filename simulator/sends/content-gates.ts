import { type TemplateContent, templateProblem } from '../messages/template/agreement.js';
import type { Cell } from '../state/stateful.js';
import type { BehaviourSettings } from './behaviour-settings.js';
import { filesOf } from './files.js';
import type { Gate, SendRules } from './send-rules.js';

/** How long Meta's advertising side needs to know a new template (cloud-api.md §1.5). */
const AD_SYNC_MS = 600_000;

/** Templates that are known are judged by what they are; unknown ones as the behaviour says. */
export const agreesWithTemplate =
  (behaviour: Cell<BehaviourSettings>): Gate =>
  ({ message, template }) =>
    message.kind !== 'template' || (!template && !behaviour.current.strict_templates)
      ? undefined
      : templateProblem(template, message.content as TemplateContent);

/** What /marketing_messages takes: marketing templates, once the advertising side knows them. */
export const marketingOnly: Gate = ({ api, category, template, atMs }) => {
  if (api !== 'marketing_messages') return undefined;
  if (category !== 'MARKETING') return { code: 131055 };
  return template?.createdAtMs !== undefined && atMs < template.createdAtMs + AD_SYNC_MS ? { code: 134101 } : undefined;
};

/** Files named by id must have been uploaded, when the behaviour says so. */
export const uploadedMedia =
  (behaviour: Cell<BehaviourSettings>, rules: SendRules): Gate =>
  ({ number, message }) => {
    if (!behaviour.current.strict_media || !rules.knowsMedia) return undefined;
    for (const { id, at } of filesOf(message)) {
      if (id !== undefined && !rules.knowsMedia(id, number.id)) {
        const details = `Param ${at}.id is not a valid whatsapp business account media attachment ID`;
        return { code: 100, details };
      }
    }
    return undefined;
  };
