import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { CurrentTenant, Scope } from '../../platform/auth/api-key.guard.js';
import type { Tenant } from '../../platform/auth/principal.js';
import { IdempotencyKey } from '../../platform/http/idempotency-key.js';
import { Rpc } from '../../platform/transport/rpc.decorator.js';
import { TemplateEditsService } from '../template-edits.service.js';
import {
  type CreatedTemplateView,
  CreateTemplateDto,
  EditTemplateCommandDto,
  LintTemplateDto,
  type LintView,
  ListTemplatesQuery,
  PreviewTemplateCommandDto,
  type TemplateDetailView,
  TemplateIdParam,
  type TemplatePage,
  type TemplatePreviewView,
  type TemplateSyncView,
} from '../templates.dto.js';
import { TemplatesService } from '../templates.service.js';

/** Message templates over gRPC and NATS. */
@Controller()
export class TemplatesRpcController {
  constructor(
    private readonly templates: TemplatesService,
    private readonly edits: TemplateEditsService,
  ) {}

  /** Lints a template. */
  @Rpc('TemplatesService', 'Lint')
  @Scope('templates:read')
  lint(@Payload() template: LintTemplateDto): LintView {
    return this.templates.lint(template);
  }

  /** Lists templates. */
  @Rpc('TemplatesService', 'List')
  @Scope('templates:read')
  list(@CurrentTenant() tenant: Tenant, @Payload() query: ListTemplatesQuery): Promise<TemplatePage> {
    return this.templates.list(tenant, query);
  }

  /** Reads one template. */
  @Rpc('TemplatesService', 'Get')
  @Scope('templates:read')
  get(@CurrentTenant() tenant: Tenant, @Payload() { id }: TemplateIdParam): Promise<TemplateDetailView> {
    return this.templates.get(tenant, id);
  }

  /** Asks Meta. */
  @Rpc('TemplatesService', 'Sync')
  @Scope('templates:write')
  sync(@CurrentTenant() tenant: Tenant): Promise<TemplateSyncView> {
    return this.templates.sync(tenant);
  }

  /** Shows a template filled in. */
  @Rpc('TemplatesService', 'Preview')
  @Scope('templates:read')
  preview(@CurrentTenant() tenant: Tenant, @Payload() dto: PreviewTemplateCommandDto): Promise<TemplatePreviewView> {
    return this.templates.preview(tenant, dto);
  }

  /** Submits a template. */
  @Rpc('TemplatesService', 'Create')
  @Scope('templates:write')
  create(
    @CurrentTenant() tenant: Tenant,
    @IdempotencyKey() key: string | null,
    @Payload() dto: CreateTemplateDto,
  ): Promise<CreatedTemplateView> {
    return this.edits.create(tenant, dto, key);
  }

  /** Edits a template. */
  @Rpc('TemplatesService', 'Edit')
  @Scope('templates:write')
  edit(@CurrentTenant() tenant: Tenant, @Payload() dto: EditTemplateCommandDto): Promise<CreatedTemplateView> {
    return this.edits.edit(tenant, dto);
  }

  /** Deletes a template. */
  @Rpc('TemplatesService', 'Delete')
  @Scope('templates:write')
  remove(@CurrentTenant() tenant: Tenant, @Payload() { id }: TemplateIdParam): Promise<void> {
    return this.edits.remove(tenant, id);
  }
}
