/** A JSON object of which only the shape is known. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** What a template is for; decides its price, its limits and what it may contain. */
export const TEMPLATE_CATEGORIES = ['AUTHENTICATION', 'MARKETING', 'UTILITY'] as const;

/** One of TEMPLATE_CATEGORIES. */
export type TemplateCategory = (typeof TEMPLATE_CATEGORIES)[number];

/** Where a template stands (cloud-api.md §3.5); only APPROVED ones can be sent. */
export type TemplateStatus =
  | 'APPROVED'
  | 'ARCHIVED'
  | 'DISABLED'
  | 'IN_APPEAL'
  | 'LIMIT_EXCEEDED'
  | 'PAUSED'
  | 'PENDING'
  | 'PENDING_DELETION'
  | 'REJECTED';

/** Meta's judgement of a template over the last seven days. */
export const QUALITY_SCORES = ['GREEN', 'YELLOW', 'RED', 'UNKNOWN'] as const;

/** One of QUALITY_SCORES. */
export type QualityScore = (typeof QUALITY_SCORES)[number];

/** Whether variables are numbered, `{{1}}`, or named, `{{first_name}}`. */
export type ParameterFormat = 'NAMED' | 'POSITIONAL';

/** What the owner of a template decides. Kinds, formats and button types are in upper case, however they were sent. */
export interface TemplateContent {
  readonly name: string;
  readonly language: string;
  readonly category: TemplateCategory;
  readonly parameterFormat: ParameterFormat;
  readonly components: readonly JsonObject[];
  readonly ttlSeconds?: number;
  readonly subCategory?: string;
}

/** Why a review refused a template: Meta's word for it and, for INVALID_FORMAT, what to do. */
export interface Rejection {
  readonly reason: string;
  readonly info?: { readonly reason: string; readonly recommendation: string };
}

/**
 * What the clock will do to a template next. Kept as data and not as a timer, so that a snapshot of the platform holds it.
 * `delete` ends PENDING_DELETION, `recategorise` ends the 24 hours of notice.
 */
export interface DueChange {
  readonly kind: 'archive' | 'delete' | 'recategorise' | 'release' | 'review' | 'unpause';
  readonly atMs: number;
}

/** One template in one language. */
export interface Template extends TemplateContent {
  readonly id: string;
  readonly wabaId: string;
  readonly status: TemplateStatus;
  readonly previousCategory?: TemplateCategory;
  readonly correctCategory?: TemplateCategory;
  readonly rejection?: Rejection;
  readonly quality: { readonly score: QualityScore; readonly atMs: number };
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  /** Instants of the edits made while it was approved; what the limits of edits are counted from. */
  readonly editsAtMs: readonly number[];
  /** Quality pauses so far: the third disables. */
  readonly pauses: number;
  /** Paused while it was being paced: ends by `unpause` alone and never by itself (cloud-api.md §3.6). */
  readonly pausedInPacing: boolean;
  /** When a message last used it; undefined: never. */
  readonly usedAtMs?: number;
  readonly due: readonly DueChange[];
}

/** The component of a kind, if the template has one. */
export function componentOf(components: readonly JsonObject[], type: string): JsonObject | undefined {
  return components.find((component) => component.type === type);
}

/** The text of a component; empty when it has none. */
export const textOf = (component: JsonObject | undefined): string =>
  typeof component?.text === 'string' ? component.text : '';

/** The members of an array that are objects; of anything else, none. */
export const objectsIn = (value: unknown): JsonObject[] =>
  Array.isArray(value) ? value.filter((item): item is JsonObject => typeof item === 'object' && item !== null) : [];
