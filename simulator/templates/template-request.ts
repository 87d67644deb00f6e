import {
  type JsonObject,
  objectsIn,
  type ParameterFormat,
  TEMPLATE_CATEGORIES,
  type TemplateCategory,
  type TemplateContent,
} from './template.js';
import { componentsFault } from './template-components.js';
import { fault, firstFault, type TemplateFault } from './template-fault.js';

/** Members that name a kind; Meta takes them in any case and answers in upper case. */
const KIND_KEYS = ['type', 'format', 'otp_type'];

/** A component with every kind in upper case, down to the buttons of the cards. */
export function normalised(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normalised);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, member]) => {
    if (KIND_KEYS.includes(key) && typeof member === 'string') return [key, member.toUpperCase()];
    return [key, key === 'example' ? member : normalised(member)];
  });
  return Object.fromEntries(entries);
}

/** Languages in which templates can be written: two or three letters, for some with a region or a script. */
const LANGUAGE = /^[a-z]{2,3}(_[A-Z]{2,4}|_[A-Z][a-z]{3})?$/;

/** Names of Meta's own sample templates, which nobody else can take (2388155). */
const SAMPLES = [
  'hello_world',
  'sample_flight_confirmation',
  'sample_happy_hour_announcement',
  'sample_issue_resolution',
  'sample_movie_ticket_confirmation',
  'sample_purchase_feedback',
  'sample_shipping_confirmation',
];

/** The category as Meta writes it; undefined for none of Meta's. */
export function categoryOf(value: unknown): TemplateCategory | undefined {
  const text = typeof value === 'string' ? value.toUpperCase() : '';
  return TEMPLATE_CATEGORIES.find((category) => category === text);
}

/** What a request to create or edit may say. Members that are absent keep what `base` has. */
export interface ContentRequest {
  readonly body: JsonObject;
  /** The template under edit; undefined: a new one. */
  readonly base?: TemplateContent;
  /** Names of Meta's samples are free: for templates that a scenario brings along. */
  readonly allowsSamples?: boolean;
}

/** The content that a request asks for, or the first thing Meta finds wrong with it. */
export function readContent({ body, base, allowsSamples = false }: ContentRequest): TemplateContent | TemplateFault {
  const name = base?.name ?? body.name;
  const language = base?.language ?? body.language;
  const category = body.category === undefined ? base?.category : categoryOf(body.category);
  const components =
    body.components === undefined
      ? base?.components
      : (objectsIn(normalised(body.components)) as readonly JsonObject[]);
  const format = formatOf(body.parameter_format, base?.parameterFormat);
  const found = firstFault(
    () => nameFault(name, allowsSamples || base !== undefined),
    () => languageFault(language),
    () => (category ? undefined : plain('category', `category must be one of ${TEMPLATE_CATEGORIES.join(', ')}`)),
    () => (format ? undefined : plain('parameter_format', 'parameter_format must be named or positional')),
    () => (components?.length ? undefined : plain('components', 'components must be a list of at least one component')),
  );
  if (found) return found;
  const ttl = ttlOf(body.message_send_ttl_seconds, base?.ttlSeconds);
  const content = {
    name: name as string,
    language: language as string,
    category: category as TemplateCategory,
    parameterFormat: format as ParameterFormat,
    components: components as readonly JsonObject[],
    ...(ttl === undefined ? {} : { ttlSeconds: ttl }),
    ...(typeof body.sub_category === 'string' ? { subCategory: body.sub_category } : {}),
  };
  return ttlFault(content) ?? componentsFault(content.components, content.category, content.parameterFormat) ?? content;
}

/** Whether `readContent` found a fault. */
export const isFault = (value: TemplateContent | TemplateFault): value is TemplateFault => 'rule' in value;

/** A fault without a subcode of its own: plain code 100. */
const plain = (field: string, rule: string): TemplateFault => fault(0, field, rule);

function nameFault(name: unknown, allowsSamples: boolean): TemplateFault | undefined {
  if (typeof name !== 'string' || name === '') return plain('name', 'name is required');
  if (!/^[a-z0-9_]{1,512}$/.test(name)) {
    return fault(2388046, 'name', 'name can have only lowercase letters, digits and underscores, at most 512');
  }
  return !allowsSamples && SAMPLES.includes(name)
    ? fault(2388155, 'name', `name ${name} is that of a sample template`)
    : undefined;
}

function languageFault(language: unknown): TemplateFault | undefined {
  if (typeof language !== 'string' || language === '') return plain('language', 'language is required');
  return LANGUAGE.test(language)
    ? undefined
    : plain('language', `language ${language} is not one of Meta's, such as en_US or fr`);
}

function formatOf(value: unknown, base: ParameterFormat | undefined): ParameterFormat | undefined {
  if (value === undefined) return base ?? 'POSITIONAL';
  const text = typeof value === 'string' ? value.toUpperCase() : '';
  return text === 'NAMED' || text === 'POSITIONAL' ? text : undefined;
}

/** A number that may be written as a string; Meta's own pages do. */
function ttlOf(value: unknown, base: number | undefined): number | undefined {
  if (value === undefined) return base;
  return typeof value === 'string' && /^-?\d+$/.test(value)
    ? Number(value)
    : typeof value === 'number'
      ? value
      : Number.NaN;
}

/**
 * Seconds a message may wait for its recipient; −1 = 30 days. For marketing one page of Meta's says 12 hours to 30 days while
 * another shows 120: both pass (cloud-api.md §3.3).
 */
const TTL: Readonly<Record<TemplateCategory, readonly [number, number]>> = {
  AUTHENTICATION: [30, 900],
  UTILITY: [30, 43_200],
  MARKETING: [30, 2_592_000],
};

function ttlFault({
  category,
  ttlSeconds,
}: {
  readonly category: TemplateCategory;
  readonly ttlSeconds?: number;
}): TemplateFault | undefined {
  if (ttlSeconds === undefined || (ttlSeconds === -1 && category !== 'MARKETING')) return undefined;
  const [least, most] = TTL[category];
  const isGood = Number.isInteger(ttlSeconds) && ttlSeconds >= least && ttlSeconds <= most;
  if (isGood) return undefined;
  return plain('message_send_ttl_seconds', `message_send_ttl_seconds must be from ${least} to ${most} for ${category}`);
}
