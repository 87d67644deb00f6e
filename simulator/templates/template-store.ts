import type { Stateful } from '../state/stateful.js';
import type { JsonObject, Template, TemplateContent } from './template.js';
import { fault, type TemplateFault } from './template-fault.js';
import { DELETION_MS } from './template-life.js';
import { categoryOf, isFault, readContent } from './template-request.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Meta's limits on templates (cloud-api.md §3.2). */
export interface TemplateLimits {
  readonly creationsPerHour: number;
  /** Templates of an account whose portfolio is verified, and of one that is not. */
  readonly mostVerified: number;
  readonly mostUnverified: number;
}

/** Meta's own figures. */
export const META_TEMPLATE_LIMITS: TemplateLimits = { creationsPerHour: 100, mostVerified: 6000, mostUnverified: 250 };

const EDITS_PER_30_DAYS = 10;

/** Where Meta's ids of templates begin here, and how far apart they are: 16 digits, as in Meta's pages. */
const FIRST_ID = 1_689_556_908_129_832;
const ID_STEP = 7919;

interface SavedTemplates {
  readonly templates: readonly Template[];
  readonly creations: Map<string, number[]>;
  readonly locks: Map<string, number>;
  readonly made: number;
}

const keyOf = (wabaId: string, name: string, language: string): string => `${wabaId}/${name}/${language}`;

/** The templates of every account, with Meta's rules on how they may be made, changed and taken away. Knows no clock. */
export class TemplateStore implements Stateful {
  private readonly byId = new Map<string, Template>();
  private readonly byKey = new Map<string, string>();
  /** Instants of the creations of the last hour, by account. */
  private creations = new Map<string, number[]>();
  /** Until when a name in a language is locked after its deletion. */
  private locks = new Map<string, number>();
  private made = 0;

  constructor(private readonly limits: TemplateLimits = META_TEMPLATE_LIMITS) {}

  get(id: string): Template | undefined {
    return this.byId.get(id);
  }

  /** The template that messages name, whatever its status. */
  find(wabaId: string, name: string, language: string): Template | undefined {
    return this.byId.get(this.byKey.get(keyOf(wabaId, name, language)) ?? '');
  }

  /** The templates of an account, the newest first, as Meta lists them. */
  of(wabaId: string): Template[] {
    return [...this.byId.values()].filter((template) => template.wabaId === wabaId).reverse();
  }

  /** All templates of a name, in every language. */
  named(wabaId: string, name: string): Template[] {
    return this.of(wabaId).filter((template) => template.name === name);
  }

  /** Adds a template that a scenario brings along, already reviewed; the limits of creation do not apply. */
  add(wabaId: string, content: TemplateContent, nowMs: number, more: Partial<Template> = {}): Template {
    const template: Template = {
      ...content,
      id: String(FIRST_ID + ID_STEP * this.made++),
      wabaId,
      status: 'PENDING',
      quality: { score: 'UNKNOWN', atMs: nowMs },
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
      editsAtMs: [],
      pauses: 0,
      pausedInPacing: false,
      due: [],
      ...more,
    };
    this.put(template);
    return template;
  }

  /** Creates a template for review, or says what Meta refuses it for. */
  create(wabaId: string, body: JsonObject, isVerified: boolean, nowMs: number): Template | TemplateFault {
    const content = readContent({ body });
    if (isFault(content)) return content;
    const recent = (this.creations.get(wabaId) ?? []).filter((atMs) => atMs > nowMs - HOUR_MS);
    if (recent.length >= this.limits.creationsPerHour) {
      return fault(2388019, 'name', `An account can create ${this.limits.creationsPerHour} templates in an hour`);
    }
    const refusal = this.creationFault(wabaId, content, isVerified, nowMs);
    if (refusal) return refusal;
    this.creations.set(wabaId, [...recent, nowMs]);
    return this.add(wabaId, content, nowMs);
  }

  private creationFault(
    wabaId: string,
    content: TemplateContent,
    isVerified: boolean,
    nowMs: number,
  ): TemplateFault | undefined {
    const key = keyOf(wabaId, content.name, content.language);
    const existing = this.find(wabaId, content.name, content.language);
    const lockedUntilMs = this.locks.get(key) ?? 0;
    if (existing?.status === 'PENDING_DELETION' || lockedUntilMs > nowMs) {
      const days = Math.ceil((lockedUntilMs - nowMs) / DAY_MS);
      const rule = `The template ${content.name} in ${content.language} is being deleted: its name is free again in ${days} days`;
      return fault(2388023, 'name', rule);
    }
    if (existing) return fault(2388024, 'language', `There is already ${content.language} content for ${content.name}`);
    const most = isVerified ? this.limits.mostVerified : this.limits.mostUnverified;
    const other = this.of(wabaId).find(({ name, category }) => name === content.name && category !== content.category);
    if (other)
      return fault(0, 'category', `category must be ${other.category}, that of ${content.name} in ${other.language}`);
    return this.of(wabaId).length < most
      ? undefined
      : fault(2388019, 'name', `This account has reached its limit of ${most} templates`);
  }

  /** The template as an edit makes it, back in review and not yet stored, or what Meta refuses the edit for. */
  edited(template: Template, body: JsonObject, nowMs: number): Template | TemplateFault {
    const { status, editsAtMs } = template;
    if (status !== 'APPROVED' && status !== 'REJECTED' && status !== 'PAUSED') {
      return fault(
        2388039,
        'status',
        `A template that is ${status} can't be edited; APPROVED, REJECTED and PAUSED ones can`,
      );
    }
    const category = categoryOf(body.category);
    if (status === 'APPROVED' && body.category !== undefined && category !== template.category) {
      return fault(2388039, 'category', "The category of an approved template can't be edited");
    }
    const isApproved = status === 'APPROVED';
    const lately = editsAtMs.filter((atMs) => atMs > nowMs - 30 * DAY_MS);
    if (isApproved && lately.length >= EDITS_PER_30_DAYS) {
      return fault(2388039, 'components', `An approved template can be edited ${EDITS_PER_30_DAYS} times in 30 days`);
    }
    if (isApproved && lately.some((atMs) => atMs > nowMs - DAY_MS)) {
      return fault(2388039, 'components', 'An approved template can be edited once in 24 hours');
    }
    const content = readContent({ body, base: template });
    if (isFault(content)) return content;
    const { rejection: _, ...rest } = template;
    return {
      ...rest,
      ...content,
      status: 'PENDING',
      updatedAtMs: nowMs,
      editsAtMs: isApproved ? [...lately, nowMs] : lately,
    };
  }

  /** Stores a template as a transition has made it. */
  put(template: Template): void {
    this.byId.set(template.id, template);
    this.byKey.set(keyOf(template.wabaId, template.name, template.language), template.id);
  }

  /** Takes a template away for good. */
  drop(template: Template): void {
    this.byId.delete(template.id);
    this.byKey.delete(keyOf(template.wabaId, template.name, template.language));
  }

  /** Locks a name in a language, as the deletion of an approved template does. */
  lock({ wabaId, name, language }: Template, nowMs: number): void {
    this.locks.set(keyOf(wabaId, name, language), nowMs + DELETION_MS);
  }

  reset(): void {
    this.load({ templates: [], creations: new Map(), locks: new Map(), made: 0 } satisfies SavedTemplates);
  }

  save(): unknown {
    const { creations, locks, made } = this;
    return { templates: [...this.byId.values()], creations, locks, made } satisfies SavedTemplates;
  }

  load(saved: unknown): void {
    const { templates, creations, locks, made } = saved as SavedTemplates;
    this.byId.clear();
    this.byKey.clear();
    for (const template of templates) this.put(template);
    this.creations = creations;
    this.locks = locks;
    this.made = made;
  }
}
