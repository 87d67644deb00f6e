import type { GraphCall } from '../graph/call.js';
import { type NodeFields, readNode, selectFields } from '../graph/fields.js';
import type { GraphRefusal } from '../graph/graph-error.js';
import { refused } from '../graph/graph-router.js';
import { invalidParameter } from '../graph/invalid-parameter.js';
import { isRefusedPage, pageOf } from '../graph/paging.js';
import type { NodeRoute } from '../graph/registry.js';
import { json, type Reply } from '../http/reply.js';
import type { JsonObject, Template } from './template.js';
import { compareTemplates } from './template-comparison.js';
import type { TemplateDesk } from './template-desk.js';
import { fault, faultTitle, type TemplateFault } from './template-fault.js';
import { fitsFilters } from './template-fields.js';
import type { TemplateFeedback } from './template-quality.js';
import { isFault } from './template-request.js';

/** Templates that one DELETE may name. */
const MOST_DELETED = 100;

/** What the routes of templates work with. */
export interface TemplateRouteParts {
  readonly desk: TemplateDesk;
  readonly feedback: TemplateFeedback;
  readonly fields: NodeFields<Template>;
}

/** What Graph refuses a template for. */
export function templateRefusal({ subcode, field, rule }: TemplateFault): GraphRefusal {
  return invalidParameter(subcode === 0 ? { field, rule } : { field, rule, subcode, title: faultTitle(subcode) });
}

const SUCCESS: Reply = json({ success: true });

const isObject = (body: unknown): body is JsonObject =>
  typeof body === 'object' && body !== null && !Array.isArray(body);

const NO_OBJECT = invalidParameter({ rule: 'The body must be a JSON object' });

/** Operations on `/{waba}/message_templates` and its relatives. */
export function wabaTemplateRoutes({
  desk,
  fields,
}: TemplateRouteParts): readonly NodeRoute<{ readonly id: string }>[] {
  const budget = 'management';
  return [
    {
      method: 'POST',
      edge: 'message_templates',
      budget,
      answer: ({ body }, waba) => {
        if (!isObject(body)) return refused(NO_OBJECT);
        const made = desk.create(waba.id, body);
        if (isFault(made)) return refused(templateRefusal(made));
        const { id, status, category } = made;
        return json({ id, status, category });
      },
    },
    {
      method: 'GET',
      edge: 'message_templates',
      budget,
      answer: (call, waba) => listTemplates(call, desk, waba.id, fields),
    },
    {
      method: 'DELETE',
      edge: 'message_templates',
      budget,
      answer: (call, waba) => deleteTemplates(call, desk, waba.id),
    },
    {
      method: 'POST',
      edge: 'upsert_message_templates',
      budget,
      answer: (call, waba) => upsertTemplates(call, desk, waba.id),
    },
  ];
}

/** Operations on one template. */
export function templateRoutes({ desk, feedback, fields }: TemplateRouteParts): readonly NodeRoute<Template>[] {
  const budget = 'management';
  return [
    {
      method: 'GET',
      edge: '',
      budget,
      answer: ({ request }, template) => readNode(template, fields, request.query.get('fields')),
    },
    { method: 'POST', edge: '', budget, answer: ({ body }, template) => editTemplate(desk, template, body) },
    { method: 'POST', edge: 'unpause', budget, answer: (_call, template) => unpauseTemplate(desk, template) },
    {
      method: 'POST',
      edge: 'archive',
      budget,
      answer: (_call, template) => {
        if (template.status !== 'APPROVED') return wrongStatus(template, 'archived');
        desk.archive(template);
        return SUCCESS;
      },
    },
    {
      method: 'POST',
      edge: 'unarchive',
      budget,
      answer: (_call, template) => {
        if (template.status !== 'ARCHIVED') return wrongStatus(template, 'unarchived');
        desk.unarchive(template);
        return SUCCESS;
      },
    },
    {
      method: 'GET',
      edge: 'compare',
      budget,
      answer: ({ request, atMs }, template) =>
        compareTemplates(template, request.query, { store: desk.store, feedback, atMs }),
    },
  ];
}

const wrongStatus = ({ status }: Template, what: string): Reply =>
  refused(templateRefusal(fault(2388039, 'status', `A template that is ${status} can't be ${what}`)));

function editTemplate(desk: TemplateDesk, template: Template, body: unknown): Reply {
  if (!isObject(body)) return refused(NO_OBJECT);
  const edited = desk.edit(template, body);
  if (isFault(edited)) return refused(templateRefusal(edited));
  const { id, name, category } = edited;
  return json({ success: true, id, name, category });
}

/** Pauses for quality end by themselves; this is for those that pacing made (cloud-api.md §3.6). */
function unpauseTemplate(desk: TemplateDesk, template: Template): Reply {
  if (template.status !== 'PAUSED') return wrongStatus(template, 'unpaused');
  if (!template.pausedInPacing) {
    return json({ success: false, reason: 'Templates paused for their quality are unpaused when the pause is over' });
  }
  desk.unpause(template);
  return SUCCESS;
}

function listTemplates(
  { request }: GraphCall,
  desk: TemplateDesk,
  wabaId: string,
  fields: NodeFields<Template>,
): Reply {
  const fitting = desk.store.of(wabaId).filter((template) => fitsFilters(template, request.query));
  const page = pageOf(fitting, request);
  if (isRefusedPage(page)) return refused(page);
  const data: unknown[] = [];
  for (const template of page.items) {
    const selected = selectFields(template, fields, request.query.get('fields'));
    if ('refusal' in selected) return refused(selected.refusal);
    data.push(selected.members);
  }
  return json({ data, ...page.paging });
}

function deleteTemplates({ request: { query } }: GraphCall, desk: TemplateDesk, wabaId: string): Reply {
  const named = templatesToDelete(query, desk, wabaId);
  if ('rule' in named) return refused(templateRefusal(named));
  const disabled = named.templates.find(({ status }) => status === 'DISABLED');
  if (disabled) return wrongStatus(disabled, 'deleted');
  for (const template of named.templates) desk.remove(template);
  return SUCCESS;
}

function templatesToDelete(
  query: URLSearchParams,
  { store }: TemplateDesk,
  wabaId: string,
): { readonly templates: readonly Template[] } | TemplateFault {
  const [name, one, many] = [query.get('name'), query.get('hsm_id'), query.get('hsm_ids')];
  if (one !== null || many !== null) {
    const ids = [...(one === null ? [] : [one]), ...(many?.match(/\d+/g) ?? [])];
    if (ids.length > MOST_DELETED) return fault(0, 'hsm_ids', `hsm_ids can have at most ${MOST_DELETED} ids`);
    if (one !== null && name === null) return fault(0, 'name', 'name is required beside hsm_id');
    const templates = ids.map((id) => store.get(id));
    const missing = templates.findIndex(
      (template) => template?.wabaId !== wabaId || (name !== null && template.name !== name),
    );
    if (missing >= 0 || ids.length === 0)
      return fault(2593002, 'hsm_id', `message template ${ids[missing] ?? ''} wasn't found`);
    return { templates: templates as Template[] };
  }
  if (name === null) return fault(0, 'name', 'name is required, or hsm_ids');
  const templates = store.named(wabaId, name);
  return templates.length > 0 ? { templates } : fault(2593002, 'name', `message template "${name}" wasn't found`);
}

/** Creates or edits the same AUTHENTICATION template in several languages at once. */
function upsertTemplates({ body }: GraphCall, desk: TemplateDesk, wabaId: string): Reply {
  if (!isObject(body)) return refused(NO_OBJECT);
  const { languages, ...rest } = body;
  if (!Array.isArray(languages) || languages.length === 0) {
    return refused(invalidParameter({ field: 'languages', rule: 'languages must be a list of at least one language' }));
  }
  if (String(rest.category).toUpperCase() !== 'AUTHENTICATION') {
    return refused(invalidParameter({ field: 'category', rule: 'category must be AUTHENTICATION' }));
  }
  const data: unknown[] = [];
  for (const language of languages) {
    const known = desk.store.find(wabaId, String(rest.name), String(language));
    const made =
      known && known.status !== 'PENDING'
        ? desk.edit(known, rest)
        : (known ?? desk.create(wabaId, { ...rest, language }));
    if (isFault(made)) return refused(templateRefusal(made));
    // The texts are Meta's own, so there is nothing to review; its page shows APPROVED in the answer.
    const { id, status } = desk.review(made, 'approve');
    data.push({ id, status, language });
  }
  return json({ data });
}
