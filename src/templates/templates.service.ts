import { Injectable } from '@nestjs/common';
import { AccountsService } from '../accounts/accounts.service.js';
import { GatewayError } from '../core/gateway-error.js';
import { lintTemplate } from '../core/templates/lint-template.js';
import { checkTemplateMessage } from '../core/templates/message/check-template-message.js';
import { renderTemplate } from '../core/templates/message/render-template.js';
import { readTemplateForm } from '../core/templates/message/template-form.js';
import { languageCode, whyNotSendable } from '../core/templates/template-status.js';
import type { Tenant } from '../platform/auth/principal.js';
import { Db } from '../platform/db/db.js';
import { readCursor, writeCursor } from '../platform/http/cursor.js';
import { TemplateSyncService } from './template-sync.service.js';
import type {
  LintTemplateDto,
  LintView,
  ListTemplatesQuery,
  PreviewTemplateCommandDto,
  TemplateChangeView,
  TemplateDetailView,
  TemplatePage,
  TemplatePreviewView,
  TemplateSyncView,
  TemplateView,
} from './templates.dto.js';
import * as store from './templates.store.js';

const CURSOR = /^[a-z0-9_]{1,512}~[A-Za-z_]{1,16}~\d{1,32}$/;

/** Message templates, for callers: what they are, what became of them, and what Meta would say of new ones. */
@Injectable()
export class TemplatesService {
  constructor(
    private readonly db: Db,
    private readonly accounts: AccountsService,
    private readonly syncs: TemplateSyncService,
  ) {}

  /** Says what Meta would refuse, and what its review may turn down. Asks nobody and keeps nothing. */
  lint(template: LintTemplateDto): LintView {
    return { findings: lintTemplate(template) };
  }

  /** A page of the tenant's templates, by name and language. */
  async list(tenant: Tenant, query: ListTemplatesQuery): Promise<TemplatePage> {
    const limit = query.page_size ?? 50;
    const after = query.page_token === undefined ? null : readCursor(query.page_token, CURSOR, 'page_token');
    const filter: store.TemplateFilter = {
      portfolioId: tenant.portfolioId,
      wabaId: query.waba_id ?? null,
      name: query.name ?? null,
      language: query.language === undefined ? null : languageCode(query.language),
      status: query.status ?? null,
      category: query.category ?? null,
      after: after === null ? null : (after as [string, string, string]),
      limit: limit + 1,
    };
    const rows = await this.db.asTenant(tenant.portfolioId, (tx) => store.listTemplates(tx, filter));
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const isLast = rows.length <= limit || last === undefined;
    return {
      templates: page.map(toView),
      next_page_token: isLast ? '' : writeCursor([last.name, last.language, last.template_id]),
    };
  }

  /** One template with what changed of it. Throws `not_found`. */
  async get(tenant: Tenant, id: string): Promise<TemplateDetailView> {
    return this.db.asTenant(tenant.portfolioId, async (tx) => {
      const row = await store.findTemplate(tx, tenant.portfolioId, id);
      if (row === null) throw noTemplate();
      const history = await store.listChanges(tx, row.waba_id, row.template_id);
      return { ...toView(row), history: history.map(toChangeView) };
    });
  }

  /** A template with the values of a message, and what does not fit. Asks nobody, keeps nothing. Throws `not_found`. */
  async preview(tenant: Tenant, { id, components = [] }: PreviewTemplateCommandDto): Promise<TemplatePreviewView> {
    const row = await this.db.asTenant(tenant.portfolioId, (tx) => store.findTemplate(tx, tenant.portfolioId, id));
    if (row === null) throw noTemplate();
    const form = readTemplateForm(row.components, row.parameter_format);
    const why = whyNotSendable(row.status);
    return {
      ...renderTemplate(row.components, row.parameter_format, components),
      errors: form === null ? [] : checkTemplateMessage(form, components, '/components'),
      not_sendable: why === null ? null : `it ${why} (${row.status})`,
    };
  }

  /** Asks Meta about the templates of all the tenant's WABAs now, one after the other. */
  async sync(tenant: Tenant): Promise<TemplateSyncView> {
    const wabas = [];
    for (const waba of this.accounts.wabas()) {
      if (waba.portfolioId === tenant.portfolioId) wabas.push(await this.syncs.sync(waba));
    }
    return { wabas };
  }
}

function noTemplate(): GatewayError {
  return new GatewayError('not_found', 'You have no template with this id.');
}

function toView(row: store.TemplateRow): TemplateView {
  return {
    id: row.template_id,
    waba_id: row.waba_id,
    name: row.name,
    language: row.language,
    status: row.status,
    category: row.category,
    quality_score: row.quality_score,
    parameter_format: row.parameter_format,
    components: row.components as object[] | null,
    rejected_reason: row.rejected_reason,
    synced_at: row.synced_at?.toISOString() ?? null,
    updated_at: row.updated_at.toISOString(),
  };
}

function toChangeView(row: store.TemplateChangeRow): TemplateChangeView {
  const { changed_at, ...change } = row;
  return { ...change, changed_at: changed_at.toISOString() };
}
