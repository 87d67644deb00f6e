import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { AccountsService, type Waba } from '../accounts/accounts.service.js';
import { classifyOutcome, type SendResult } from '../core/delivery/classify-outcome.js';
import { GatewayError } from '../core/gateway-error.js';
import { fieldOfTemplateRefusal, TEMPLATE_EXISTS } from '../core/meta-errors/template-refusals.js';
import { lintTemplate } from '../core/templates/lint-template.js';
import { isSameTemplate } from '../core/templates/same-template.js';
import { languageCode } from '../core/templates/template-status.js';
import { TemplatesClient } from '../meta/templates-client.js';
import type { Tenant } from '../platform/auth/principal.js';
import { Db } from '../platform/db/db.js';
import { IdempotentCalls } from '../platform/idempotency/idempotent-calls.js';
import { Runtime } from '../platform/runtime.js';
import { TemplateSyncService } from './template-sync.service.js';
import type { CreatedTemplateView, CreateTemplateDto, EditTemplateCommandDto, FindingView } from './templates.dto.js';
import * as store from './templates.store.js';

/**
 * How long a creation counts as running when its process died. Longer than one takes that waits for every answer of
 * Meta's in vain; were it shorter, Meta would still not make the template twice.
 */
const MOST_OF_A_CREATION_MS = 120_000;

/**
 * Creates, edits and deletes templates at Meta. Meta has a name and language once in an account, which makes all three
 * safe to repeat: after a lost answer Meta's list is read, and nothing is ever made twice, with an idempotency key or
 * without. The key of a creation adds that its answer is given again as it was, and that it stands for one template.
 */
@Injectable()
export class TemplateEditsService {
  private readonly edits: Counter<'operation' | 'result'>;

  constructor(
    private readonly db: Db,
    private readonly accounts: AccountsService,
    private readonly client: TemplatesClient,
    private readonly syncs: TemplateSyncService,
    private readonly calls: IdempotentCalls,
    private readonly runtime: Runtime,
  ) {
    this.edits = runtime.metrics.counter(
      'heliograph_template_edits_total',
      'Templates created, edited and deleted at Meta, by what came of it.',
      ['operation', 'result'],
    );
  }

  /**
   * Submits a template for review. The same template again gives the one that is there. Throws `invalid_request` for
   * what Meta would refuse, `wrong_state` when another template has the name and language, `meta_refused` with the field
   * that Meta means, and `meta_unavailable` when nobody knows; then the same call may be repeated, under the same key.
   */
  create(tenant: Tenant, dto: CreateTemplateDto, idempotencyKey: string | null): Promise<CreatedTemplateView> {
    const call = { tenant, operation: 'templates.create', key: idempotencyKey, request: dto };
    return this.calls.once(call, MOST_OF_A_CREATION_MS, () => this.submit(tenant, dto));
  }

  private async submit(tenant: Tenant, dto: CreateTemplateDto): Promise<CreatedTemplateView> {
    const { waba_id: wabaId, ...template } = dto;
    const waba = this.wabaOf(tenant, wabaId);
    const advice = requireLintFree(template);
    const there = await this.find(tenant, waba, template);
    if (there !== null) return this.again(there, template, advice);
    const result = await this.client.create(waba.wabaId, waba.accessToken, template);
    this.runtime.crash.pass('template-submitted');
    const created = readCreated(result);
    const refusal = created === null ? refusalOf(result) : null;
    const mayBeThere =
      refusal === null || refusal.code === 'meta_unavailable' || refusal.meta?.subcode === TEMPLATE_EXISTS;
    if (mayBeThere) await this.syncs.syncNamed(waba, nameOf(template).name);
    if (created !== null) {
      this.edits.inc({ operation: 'create', result: 'created' });
      return { ...created, waba_id: waba.wabaId, already_there: false, advice };
    }
    const found = mayBeThere ? await this.find(tenant, waba, template) : null;
    this.edits.inc({ operation: 'create', result: found === null ? (refusal?.code ?? 'unknown') : 'found' });
    if (found === null) throw refusal;
    return this.again(found, template, advice);
  }

  /**
   * Changes what is given of a template, which sends it back to review; Meta edits one that is approved, rejected or paused.
   * Throws `not_found`, `invalid_request` for what Meta would refuse and for nothing to change, `wrong_state` for the category
   * of an approved template, and `meta_refused` or `meta_unavailable` as `create` does.
   */
  async edit(tenant: Tenant, { id, ...wanted }: EditTemplateCommandDto): Promise<CreatedTemplateView> {
    const before = await this.read(tenant, id);
    const changes = changesOf(before, wanted);
    const advice = lintChanges(before, changes);
    const waba = this.wabaOf(tenant, before.waba_id);
    const result = await this.client.edit(id, waba.accessToken, changes);
    const refusal = isSuccess(result) ? null : refusalOf(result);
    const mayBeDone = refusal === null || refusal.code === 'meta_unavailable';
    const listed = mayBeDone ? await this.syncs.syncNamed(waba, before.name) : null;
    const after = await this.read(tenant, id);
    // Only a change that can be seen proves that the call whose answer was lost had been taken. Seen in the list that was
    // asked for afterwards: the row may be of a later one already, and of somebody else's edit.
    const atMeta = listed?.find((template) => template.templateId === id);
    const isSeen =
      'components' in changes &&
      atMeta !== undefined &&
      !isSameTemplate(changes, before) &&
      isSameTemplate(changes, atMeta);
    const isDone = refusal === null || (refusal.code === 'meta_unavailable' && isSeen);
    this.edits.inc({ operation: 'edit', result: isDone ? 'edited' : (refusal?.code ?? 'unknown') });
    if (!isDone) throw refusal;
    const { status, category, waba_id } = after;
    return { id, status, category, waba_id, already_there: refusal !== null, advice };
  }

  /**
   * Deletes one language of a template; Meta keeps the name of one that was approved from new ones for 30 days. Doing so again changes
   * nothing. Throws `not_found`, and `meta_refused` or `meta_unavailable` as `create` does.
   */
  async remove(tenant: Tenant, id: string): Promise<void> {
    const row = await this.read(tenant, id);
    if (isGoing(row)) return;
    const waba = this.wabaOf(tenant, row.waba_id);
    const result = await this.client.remove(waba.wabaId, waba.accessToken, { id, name: row.name });
    // Meta's list says what became of it, also when its answer was lost.
    const isDone = isSuccess(result);
    const refusal = isDone ? null : refusalOf(result);
    if (isDone || refusal?.code === 'meta_unavailable') await this.syncs.syncNamed(waba, row.name, factsOf(row));
    const isGone = isDone || isGoing(await this.read(tenant, id));
    this.edits.inc({ operation: 'delete', result: isGone ? 'deleted' : (refusal?.code ?? 'unknown') });
    if (!isGone && refusal !== null) throw refusal;
  }

  private async read(tenant: Tenant, id: string): Promise<store.TemplateRow> {
    const { portfolioId } = tenant;
    const row = await this.db.asTenant(portfolioId, (tx) => store.findTemplate(tx, portfolioId, id));
    if (row === null) throw new GatewayError('not_found', 'You have no template with this id.');
    return row;
  }

  private again(there: store.TemplateRow, template: object, advice: FindingView[]): CreatedTemplateView {
    if (!isSameTemplate(template, there)) {
      const detail = 'name and language must be others: the account has another template of both';
      throw new GatewayError('wrong_state', `${detail} (${there.template_id}).`, {
        errors: [{ pointer: '/name', detail }],
      });
    }
    const { template_id: id, status, category, waba_id } = there;
    return { id, status, category, waba_id, already_there: true, advice };
  }

  /** The template of this name and language that the account has, as far as we know. */
  private async find(tenant: Tenant, waba: Waba, template: object): Promise<store.TemplateRow | null> {
    const { name, language } = nameOf(template);
    const { portfolioId } = tenant;
    const filter = { portfolioId, wabaId: waba.wabaId, name, status: null, category: null, after: null, limit: 100 };
    const rows = await this.db.asTenant(portfolioId, (tx) => store.listTemplates(tx, { ...filter, language: null }));
    return rows.find((row) => !isGoing(row) && languageCode(row.language) === languageCode(language)) ?? null;
  }

  private wabaOf(tenant: Tenant, wabaId: unknown): Waba {
    const waba = typeof wabaId === 'string' ? this.accounts.waba(wabaId) : undefined;
    if (waba?.portfolioId === tenant.portfolioId) return waba;
    const detail = 'waba_id must be one of your WhatsApp Business Accounts; GET /v1/phone_numbers names them';
    throw new GatewayError('invalid_request', detail, { errors: [{ pointer: '/waba_id', detail }] });
  }
}

/** What Meta is to change; throws when that is nothing, or what Meta never changes. */
function changesOf(row: store.TemplateRow, wanted: Omit<EditTemplateCommandDto, 'id'>): Record<string, unknown> {
  if (isGoing(row)) throw new GatewayError('wrong_state', `The template is gone at Meta (${row.status}).`);
  const changes = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
  if (Object.keys(changes).length === 0) {
    const detail = 'give at least one of category, components, parameter_format and message_send_ttl_seconds';
    throw new GatewayError('invalid_request', detail, { errors: [{ pointer: '', detail }] });
  }
  if (row.status === 'APPROVED' && wanted.category !== undefined && wanted.category !== row.category) {
    const detail = 'category must stay: Meta does not change that of an approved template';
    throw new GatewayError('wrong_state', `${detail}.`, { errors: [{ pointer: '/category', detail }] });
  }
  return changes;
}

/** Lints the template as it would be, and judges what is changed of it. */
function lintChanges(row: store.TemplateRow, changes: Record<string, unknown>): FindingView[] {
  const { name, language, category, components, parameter_format } = row;
  const known = Object.entries({ category, components, parameter_format }).filter(([, value]) => value !== null);
  const whole = { name, language, ...Object.fromEntries(known), ...changes };
  const isChanged = ({ pointer }: FindingView) => (pointer.split('/')[1] ?? '') in changes;
  return requireNoErrors(lintTemplate(whole).filter(isChanged));
}

/** What the linter advises; throws for what Meta would refuse. */
function requireLintFree(template: Record<string, unknown>): FindingView[] {
  return requireNoErrors(lintTemplate(template));
}

function requireNoErrors(findings: FindingView[]): FindingView[] {
  const errors = findings
    .filter(({ severity }) => severity === 'error')
    .map(({ pointer, message, fix }) => ({ pointer, detail: `${message} ${fix}` }));
  if (errors.length === 0) return findings;
  const [first] = errors;
  throw new GatewayError('invalid_request', `Meta would refuse the template: ${first?.detail}`, { errors });
}

/** Meta keeps a deleted template that was approved in its list for as long as messages of it may be on their way. */
function isGoing({ status }: store.TemplateRow): boolean {
  return status === 'DELETED' || status === 'PENDING_DELETION';
}

function nameOf(template: { readonly name?: unknown; readonly language?: unknown }): {
  name: string;
  language: string;
} {
  return { name: String(template.name), language: String(template.language) };
}

function factsOf(row: store.TemplateRow): store.TemplateFacts {
  const { template_id: templateId, name, language } = row;
  return { templateId, name, language, status: null, category: null, qualityScore: null, reason: null };
}

function readCreated(result: SendResult): { id: string; status: string | null; category: string | null } | null {
  if (result.kind === 'failure' || result.httpStatus < 200 || result.httpStatus > 299) return null;
  const { id, status, category } = (result.body ?? {}) as Record<string, unknown>;
  const text = (value: unknown) => (typeof value === 'string' ? value : null);
  return typeof id === 'string' || typeof id === 'number'
    ? { id: String(id), status: text(status), category: text(category) }
    : null;
}

function isSuccess(result: SendResult): boolean {
  if (result.kind === 'failure' || result.httpStatus < 200 || result.httpStatus > 299) return false;
  return (result.body as { success?: unknown } | undefined | null)?.success === true;
}

function refusalOf(result: SendResult): GatewayError {
  const outcome = classifyOutcome(result);
  if (outcome.kind === 'accepted' || outcome.error.code === null) {
    const detail = 'Meta gave no usable answer; the same call may be repeated.';
    return new GatewayError('meta_unavailable', detail, { retryAfterMs: 1000 });
  }
  const { code, subcode, title, details, fbtrace_id } = outcome.error;
  const meta = { code, subcode, details, fbtrace_id };
  if (outcome.kind !== 'rejected') {
    return new GatewayError('meta_unavailable', `Meta cannot do it now: ${title}`, { meta, retryAfterMs: 60_000 });
  }
  const field = fieldOfTemplateRefusal(subcode);
  if (field === null) return new GatewayError('meta_refused', `Meta refused it: ${title}`, { meta });
  const errors = field.pointer === '' ? [] : [field];
  return new GatewayError('meta_refused', `Meta refused it: ${field.pointer} ${field.detail}`.trim(), { meta, errors });
}
