import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentTenant, Scope } from '../../platform/auth/api-key.guard.js';
import type { Tenant } from '../../platform/auth/principal.js';
import { ApiProblem } from '../../platform/http/api-problem.js';
import { IdempotencyKey } from '../../platform/http/idempotency-key.js';
import { TemplateEditsService } from '../template-edits.service.js';
import {
  CreatedTemplateView,
  CreateTemplateDto,
  EditTemplateDto,
  LintTemplateDto,
  LintView,
  ListTemplatesQuery,
  PreviewTemplateDto,
  TemplateDetailView,
  TemplateIdParam,
  TemplatePage,
  TemplatePreviewView,
  TemplateSyncView,
} from '../templates.dto.js';
import { TemplatesService } from '../templates.service.js';

/** Message templates over REST. */
@ApiTags('templates')
@ApiBearerAuth()
@Controller('v1/templates')
export class TemplatesHttpController {
  constructor(
    private readonly templates: TemplatesService,
    private readonly edits: TemplateEditsService,
  ) {}

  /** Lints a template. */
  @Post('lint')
  @HttpCode(200)
  @Scope('templates:read')
  @ApiOperation({
    operationId: 'lintTemplate',
    summary: 'Find what Meta would refuse of a template before you submit it',
    description: 'Errors are rules of Meta’s; warnings are reasons for which reviewers turned templates down.',
  })
  @ApiResponse({ status: 200, description: 'What was found; an empty list when nothing was.', type: LintView })
  @ApiProblem(400, 401, 403, 413, 415, 503)
  lint(@Body() template: LintTemplateDto): LintView {
    return this.templates.lint(template);
  }

  /** Asks Meta. */
  @Post('sync')
  @HttpCode(200)
  @Scope('templates:write')
  @ApiOperation({
    operationId: 'syncTemplates',
    summary: 'Read your templates from Meta now',
    description: 'This happens on its own too, and webhooks tell of changes. Each call costs some of Meta’s budget.',
  })
  @ApiResponse({ status: 200, description: 'What came of it, for each of your WABAs.', type: TemplateSyncView })
  @ApiProblem(401, 403, 503)
  sync(@CurrentTenant() tenant: Tenant): Promise<TemplateSyncView> {
    return this.templates.sync(tenant);
  }

  /** Lists templates. */
  @Get()
  @Scope('templates:read')
  @ApiOperation({ operationId: 'listTemplates', summary: 'List your templates by name and language' })
  @ApiResponse({ status: 200, description: 'A page; `next_page_token` is empty on the last one.', type: TemplatePage })
  @ApiProblem(400, 401, 403, 503)
  list(@CurrentTenant() tenant: Tenant, @Query() query: ListTemplatesQuery): Promise<TemplatePage> {
    return this.templates.list(tenant, query);
  }

  /** Reads one template. */
  @Get(':id')
  @Scope('templates:read')
  @ApiOperation({ operationId: 'getTemplate', summary: 'Read a template and what changed of it' })
  @ApiResponse({ status: 200, description: 'The template.', type: TemplateDetailView })
  @ApiProblem(400, 401, 403, 404, 503)
  get(@CurrentTenant() tenant: Tenant, @Param() { id }: TemplateIdParam): Promise<TemplateDetailView> {
    return this.templates.get(tenant, id);
  }

  /** Shows a template filled in. */
  @Post(':id/preview')
  @HttpCode(200)
  @Scope('templates:read')
  @ApiOperation({
    operationId: 'previewTemplate',
    summary: 'Show a template with the values of a message, and what does not fit',
    description: 'From what is known of the template here; Meta is not asked, and nothing is sent.',
  })
  @ApiBody({ type: PreviewTemplateDto, required: false })
  @ApiResponse({ status: 200, description: 'What the person would see.', type: TemplatePreviewView })
  @ApiProblem(400, 401, 403, 404, 413, 415, 503)
  preview(
    @CurrentTenant() tenant: Tenant,
    @Param() { id }: TemplateIdParam,
    @Body() dto: PreviewTemplateDto,
  ): Promise<TemplatePreviewView> {
    return this.templates.preview(tenant, { ...dto, id });
  }

  /** Submits a template. */
  @Post()
  @HttpCode(200)
  @Scope('templates:write')
  @ApiOperation({
    operationId: 'createTemplate',
    summary: 'Submit a template to Meta for review',
    description:
      'What Meta would refuse is refused before it is asked. May be repeated: the same template again gives the one that is there.',
  })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'The same key and body give the same answer, as it was.',
  })
  @ApiResponse({ status: 200, description: 'Meta has it, or had it.', type: CreatedTemplateView })
  @ApiProblem(400, 401, 403, 409, 413, 415, 422, 502, 503)
  create(
    @CurrentTenant() tenant: Tenant,
    @IdempotencyKey() key: string | null,
    @Body() dto: CreateTemplateDto,
  ): Promise<CreatedTemplateView> {
    return this.edits.create(tenant, dto, key);
  }

  /** Edits a template. */
  @Patch(':id')
  @HttpCode(200)
  @Scope('templates:write')
  @ApiOperation({
    operationId: 'editTemplate',
    summary: 'Change a template at Meta, which reviews it again',
    description:
      'What is not given stays; name and language cannot change. Meta edits what is approved, rejected or paused, and what is approved once in 24 hours and ten times in 30 days. May be repeated.',
  })
  @ApiResponse({ status: 200, description: 'Meta has it so.', type: CreatedTemplateView })
  @ApiProblem(400, 401, 403, 404, 409, 413, 415, 422, 502, 503)
  edit(
    @CurrentTenant() tenant: Tenant,
    @Param() { id }: TemplateIdParam,
    @Body() dto: EditTemplateDto,
  ): Promise<CreatedTemplateView> {
    return this.edits.edit(tenant, { ...dto, id });
  }

  /** Deletes a template. */
  @Delete(':id')
  @HttpCode(204)
  @Scope('templates:write')
  @ApiOperation({
    operationId: 'deleteTemplate',
    summary: 'Delete one language of a template at Meta',
    description:
      'May be repeated. Messages of it that wait end as rejected; Meta locks the name of one that was approved for 30 days.',
  })
  @ApiResponse({ status: 204, description: 'It is gone.' })
  @ApiProblem(400, 401, 403, 404, 422, 502, 503)
  remove(@CurrentTenant() tenant: Tenant, @Param() { id }: TemplateIdParam): Promise<void> {
    return this.edits.remove(tenant, id);
  }
}
