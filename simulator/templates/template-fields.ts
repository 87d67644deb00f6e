import { toSeconds } from '../clock/clock.js';
import type { NodeFields } from '../graph/fields.js';
import { type JsonObject, objectsIn, type Template, type TemplateContent } from './template.js';

/** The components as people see them: the preset texts of AUTHENTICATION filled in, which every send has to fit. */
export function hydratedComponents({ category, components }: TemplateContent): readonly JsonObject[] {
  if (category !== 'AUTHENTICATION') return components;
  return components.map((component) => {
    if (component.type === 'BODY') {
      const advice =
        component.add_security_recommendation === true ? ' For your security, do not share this code.' : '';
      return {
        ...component,
        text: `*{{1}}* is your verification code.${advice}`,
        example: { body_text: [['123456']] },
      };
    }
    if (component.type !== 'FOOTER') return component;
    return { ...component, text: `This code expires in ${component.code_expiration_minutes ?? 10} minutes.` };
  });
}

/** The components as Graph shows them: a one-time password is the URL button that it is sent as. */
export const shownComponents = (template: TemplateContent): readonly JsonObject[] =>
  hydratedComponents(template).map((component) =>
    component.type === 'BUTTONS' ? { ...component, buttons: objectsIn(component.buttons).map(otpAsUrl) } : component,
  );

function otpAsUrl(button: JsonObject): JsonObject {
  if (button.type !== 'OTP') return button;
  const url = `https://www.whatsapp.com/otp/code/?otp_type=${button.otp_type}&code=otp{{1}}`;
  return { type: 'URL', text: button.text ?? 'Copy code', url, example: [url.replace('{{1}}', '123456')] };
}

/** Fields of a template (cloud-api.md §3.1). `healthOf` answers `health_status`. */
export const templateFields = (healthOf: (template: Template) => unknown): NodeFields<Template> => ({
  nodeType: 'WhatsAppMessageTemplate',
  unasked: [
    'name',
    'parameter_format',
    'components',
    'language',
    'status',
    'category',
    'sub_category',
    'previous_category',
    'id',
  ],
  fields: {
    id: ({ id }) => id,
    name: ({ name }) => name,
    language: ({ language }) => language,
    status: ({ status }) => status,
    category: ({ category }) => category,
    sub_category: ({ subCategory }) => subCategory,
    previous_category: ({ previousCategory }) => previousCategory,
    correct_category: ({ correctCategory }) => correctCategory,
    parameter_format: ({ parameterFormat }) => parameterFormat,
    components: shownComponents,
    message_send_ttl_seconds: ({ ttlSeconds }) => ttlSeconds,
    quality_score: ({ quality }) => ({ score: quality.score, date: toSeconds(quality.atMs) }),
    rejected_reason: ({ rejection }) => rejection?.reason ?? 'NONE',
    rejection_info: ({ rejection }) => rejection?.info,
    last_updated_time: ({ updatedAtMs }) => new Date(updatedAtMs).toISOString(),
    cta_url_link_tracking_opted_out: () => false,
    library_template_name: () => undefined,
    source: () => 'USER',
    health_status: healthOf,
  },
});

/** Whether a template is in the list that a request filters for (cloud-api.md §3.1). */
export function fitsFilters(template: Template, query: URLSearchParams): boolean {
  const isAmong = (key: string, value: string | undefined): boolean => {
    const wanted = wordsOf(query.get(key));
    return wanted.length === 0 || wanted.includes((value ?? '').toUpperCase());
  };
  const content = JSON.stringify(shownComponents(template)).toLowerCase();
  const [name, anywhere] = [query.get('name'), query.get('name_or_content')?.toLowerCase()];
  return (
    (name === null || template.name.includes(name)) &&
    (anywhere === undefined || template.name.includes(anywhere) || content.includes(anywhere)) &&
    isAmong('language', template.language) &&
    isAmong('status', template.status) &&
    isAmong('category', template.category) &&
    isAmong('correct_category', template.correctCategory) &&
    isAmong('quality_score', template.quality.score) &&
    isAmong('source', 'USER')
  );
}

/** A filter's words in upper case: one, several with commas, or a JSON list. */
function wordsOf(text: string | null): string[] {
  if (text === null) return [];
  return text
    .replace(/[[\]"']/g, '')
    .split(',')
    .map((word) => word.trim().toUpperCase())
    .filter((word) => word !== '');
}
