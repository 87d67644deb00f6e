import { Injectable } from '@nestjs/common';
import type { SendResult } from '../core/delivery/classify-outcome.js';
import { GraphClient } from './graph-client.js';

/** A template as the Graph API lists it. */
export interface GraphTemplate {
  readonly templateId: string;
  readonly name: string;
  readonly language: string;
  /** APPROVED, PAUSED, …: an open set. */
  readonly status: string | null;
  readonly category: string | null;
  readonly qualityScore: string | null;
  /** POSITIONAL or NAMED. */
  readonly parameterFormat: string | null;
  /** As Meta gives them; null when there is no list. */
  readonly components: readonly unknown[] | null;
  readonly rejectedReason: string | null;
}

const FIELDS = 'id,name,language,status,category,quality_score,parameter_format,components,rejected_reason';

/** A template with everything takes about 5 kB; the answer has to stay below the client's limit of 1 MB. */
const PAGE = 100;

/** More pages than the 6,000 templates of a WABA have is a list that never ends. */
const MOST_PAGES = 100;

/** Reads and writes message templates at the Graph API. */
@Injectable()
export class TemplatesClient {
  constructor(private readonly graph: GraphClient) {}

  /** All templates of a WABA, page by page. Throws `GraphRequestError` when Meta refuses or does not answer. */
  async list(wabaId: string, accessToken: string): Promise<GraphTemplate[]> {
    const path = `/${wabaId}/message_templates?fields=${FIELDS}&limit=${PAGE}`;
    return (await this.graph.readPages(path, accessToken, MOST_PAGES)).flatMap(toTemplate);
  }

  /** The templates of a WABA whose name is this one, in all their languages: one call. Throws as `list` does. */
  async listNamed(wabaId: string, accessToken: string, name: string): Promise<GraphTemplate[]> {
    const query = new URLSearchParams({ fields: FIELDS, limit: String(PAGE), name });
    const found = await this.graph.readPages(`/${wabaId}/message_templates?${query}`, accessToken, MOST_PAGES);
    return found.flatMap(toTemplate).filter((template) => template.name === name);
  }

  /** Submits a template (`POST /{waba_id}/message_templates`). Never throws: what happened, or that nobody knows, is the value. */
  create(wabaId: string, accessToken: string, template: object): Promise<SendResult> {
    return this.graph.post(`/${wabaId}/message_templates`, accessToken, JSON.stringify(template));
  }

  /** Replaces what is given of a template (`POST /{template_id}`), which sends it back to review. Never throws. */
  edit(templateId: string, accessToken: string, changes: object): Promise<SendResult> {
    return this.graph.post(`/${templateId}`, accessToken, JSON.stringify(changes));
  }

  /** Deletes one language of a template (`DELETE /{waba_id}/message_templates`). Never throws. */
  remove(wabaId: string, accessToken: string, t: { readonly id: string; readonly name: string }): Promise<SendResult> {
    const query = new URLSearchParams({ hsm_id: t.id, name: t.name });
    return this.graph.delete(`/${wabaId}/message_templates?${query}`, accessToken);
  }
}

/** What has no id, name or language is no template that anybody could send. */
function toTemplate(raw: unknown): GraphTemplate[] {
  if (raw === null || typeof raw !== 'object') return [];
  const t = raw as Record<string, unknown>;
  const [templateId, name, language] = [text(t.id), text(t.name), text(t.language)];
  if (templateId === null || name === null || language === null) return [];
  const quality = t.quality_score;
  const score = typeof quality === 'object' && quality !== null ? (quality as { score?: unknown }).score : quality;
  return [
    {
      templateId,
      name,
      language,
      status: text(t.status),
      category: text(t.category),
      qualityScore: text(score),
      parameterFormat: text(t.parameter_format),
      components: Array.isArray(t.components) ? t.components : null,
      rejectedReason: text(t.rejected_reason),
    },
  ];
}

function text(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}
