import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { AccountsService } from '../accounts/accounts.service.js';
import { type FieldError, GatewayError } from '../core/gateway-error.js';
import { isFields } from '../core/shape/object-shape.js';
import { judgeStateAtSend } from '../core/templates/message/judge-at-send.js';
import { judgeTemplateMessage, type KnownTemplate } from '../core/templates/message/judge-template-message.js';
import { readTemplateForm } from '../core/templates/message/template-form.js';
import { languageCode } from '../core/templates/template-status.js';
import { Db } from '../platform/db/db.js';
import { SharedRun } from '../platform/lifecycle/shared-run.js';
import { Runtime } from '../platform/runtime.js';
import { listChanged, type TemplateRow } from './templates.store.js';

type Languages = Map<string, KnownTemplate>;

/** A template in all its languages. */
export interface TemplateName {
  readonly wabaId: string;
  readonly name: string;
}

/**
 * Every template in memory, so that each message is held to its template without a round trip. Changes are read every
 * second, those only.
 */
@Injectable()
export class TemplateDirectoryService {
  /** By WABA and name, then by language. */
  private readonly byName = new Map<string, Languages>();
  private since: Date | null = null;
  /** Could not be sent for a while and can again, since somebody asked; by WABA and name. */
  private readonly sendable = new Map<string, TemplateName>();
  private readonly refused: Counter<'reason'>;
  // One after the other: of two readings side by side the older might be the last to arrive.
  private readonly reading = new SharedRun(() => this.readChanged());

  constructor(
    private readonly db: Db,
    private readonly accounts: AccountsService,
    private readonly runtime: Runtime,
  ) {
    this.refused = runtime.metrics.counter(
      'heliograph_template_refusals_total',
      'Template messages refused before acceptance, by reason.',
      ['reason'],
    );
  }

  /** Reads what changed since the last time. */
  refresh(): Promise<void> {
    return this.reading.begin();
  }

  private async readChanged(): Promise<void> {
    const { rows, next } = await listChanged(this.db, this.since);
    for (const row of rows) this.learn(row);
    this.since = next;
  }

  /** Throws `invalid_request` when Meta would refuse this template message of a number's, as far as we know. */
  requireSendable(phoneNumberId: string, content: unknown): void {
    const policy = this.runtime.config.templateCheck;
    if (policy === 'off' || !isFields(content)) return;
    const verdict = judgeTemplateMessage(content, this.languagesOf(phoneNumberId, content), policy === 'strict');
    if (verdict === null) return;
    this.refused.inc({ reason: verdict.reason });
    throw new GatewayError('invalid_request', sentence(verdict.errors), { errors: verdict.errors });
  }

  /** The category of a template, when we know it: MARKETING, UTILITY or AUTHENTICATION. */
  categoryOf(phoneNumberId: string, content: unknown): string | null {
    if (!isFields(content)) return null;
    const language = isFields(content.language) ? content.language.code : undefined;
    const known = this.languagesOf(phoneNumberId, content)?.get(languageCode(String(language)));
    return known?.category ?? null;
  }

  /**
   * What is known of the template of an accepted message; undefined when nothing is, or nobody wants it judged here.
   */
  knownOf(phoneNumberId: string, name: string, language: string | null): KnownTemplate | undefined {
    if (this.runtime.config.templateCheck === 'off') return undefined;
    return this.languagesOf(phoneNumberId, { name })?.get(languageCode(language ?? ''));
  }

  /** The templates that had to be waited for and can be sent again, since the last time this was asked. */
  takeSendableAgain(): readonly TemplateName[] {
    const sendable = [...this.sendable.values()];
    this.sendable.clear();
    return sendable;
  }

  private languagesOf(phoneNumberId: string, content: { readonly name?: unknown }): Languages | undefined {
    const wabaId = this.accounts.phoneNumber(phoneNumberId)?.wabaId ?? '';
    return this.byName.get(keyOf(wabaId, String(content.name)));
  }

  private learn(row: TemplateRow): void {
    const key = keyOf(row.waba_id, row.name);
    const languages = this.byName.get(key) ?? new Map<string, KnownTemplate>();
    this.byName.set(key, languages);
    const language = languageCode(row.language);
    const other = languages.get(language);
    // A deleted template and its successor have the same name and language, and other ids.
    if (other !== undefined && other.templateId !== row.template_id && row.status === 'DELETED') return;
    const form = readTemplateForm(row.components, row.parameter_format);
    const known: KnownTemplate = {
      templateId: row.template_id,
      status: row.status,
      category: row.category,
      isListed: row.synced_at !== null,
      form,
      // Its state and quality change far more often, and say nothing about messages that were accepted before.
      formChangedAt: other !== undefined && isDeepStrictEqual(form, other.form) ? other.formChangedAt : row.updated_at,
    };
    languages.set(language, known);
    const hadToWait = judgeStateAtSend(row.name, other).kind === 'wait';
    if (hadToWait && judgeStateAtSend(row.name, known).kind === 'go') {
      this.sendable.set(key, { wabaId: row.waba_id, name: row.name });
    }
  }
}

function keyOf(wabaId: string, name: string): string {
  return `${wabaId} ${name}`;
}

function sentence(errors: readonly FieldError[]): string {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more, see errors)` : '';
  return `The message does not fit its template: ${first?.detail}${more}`;
}
