import type { StoredTemplate } from '../messages/template/stored-template.js';
import type { TemplateSource } from '../sends/send-rules.js';
import type { Template } from './template.js';
import type { TemplateDesk } from './template-desk.js';
import { hydratedComponents } from './template-fields.js';
import type { Feedback } from './template-quality.js';

/** What the rest of the platform asks of templates. */
export interface TemplateLookup extends TemplateSource {
  /** Whether an id is that of a template of the account. */
  belongsTo(templateId: string, wabaId: string): boolean;
  /** Notes what somebody did with a message of the template; quality follows from it. */
  hear(templateId: string, kind: Feedback): void;
}

/** The desk as the rest of the platform sees it. */
export function templateLookup(desk: TemplateDesk): TemplateLookup {
  return {
    find: (wabaId, name, language) => {
      const template = desk.store.find(wabaId, name, language);
      return template && stored(template);
    },
    belongsTo: (templateId, wabaId) => desk.store.get(templateId)?.wabaId === wabaId,
    admit: (templateId) => {
      const template = desk.store.get(templateId);
      if (!template) return 'accepted';
      const isHeld = desk.holds(template);
      desk.noteUse(template);
      return isHeld ? 'held' : 'accepted';
    },
    onPacingVerdict: (listener) => desk.onVerdict(({ id }, verdict) => listener(id, verdict)),
    hear: (templateId, kind) => {
      const template = desk.store.get(templateId);
      if (template) desk.hear(template, kind);
    },
  };
}

const stored = (template: Template): StoredTemplate => ({ ...template, components: hydratedComponents(template) });
