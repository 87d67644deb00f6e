import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiExtraModels, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentTenant, Scope } from '../../platform/auth/api-key.guard.js';
import type { Tenant } from '../../platform/auth/principal.js';
import { ApiProblem } from '../../platform/http/api-problem.js';
import { BatchItemDto } from '../batch.dto.js';
import { MessageIdParam } from '../messaging.dto.js';
import { CheckMessagesDto, CheckView, ExplainView } from '../preflight.dto.js';
import { PreflightService } from '../preflight.service.js';

/** Whether messages would go, and why one has not, over REST. */
@ApiTags('rate limits')
@ApiBearerAuth()
@ApiExtraModels(BatchItemDto)
@Controller('v1')
export class PreflightHttpController {
  constructor(private readonly preflight: PreflightService) {}

  /** Checks messages. */
  @Post('rate_limits/check')
  @HttpCode(200)
  @Scope('rate_limits:read')
  @ApiOperation({
    operationId: 'checkMessages',
    summary: 'Ask whether messages would go now, and if not, when and why',
    description: 'Each message is judged by itself, by its form and every limit. Nothing is stored, counted or sent.',
  })
  @ApiResponse({ status: 200, description: 'One result per message, in their order.', type: CheckView })
  @ApiProblem(400, 401, 403, 413, 415, 503)
  check(@CurrentTenant() tenant: Tenant, @Body() dto: CheckMessagesDto): Promise<CheckView> {
    return this.preflight.check(tenant, dto);
  }

  /** Explains a message. */
  @Get('messages/:id/explain')
  @Scope('messages:read')
  @ApiOperation({ operationId: 'explainMessage', summary: 'Show why a message has not gone yet, and when it will' })
  @ApiResponse({ status: 200, description: 'What it waits for.', type: ExplainView })
  @ApiProblem(400, 401, 403, 404, 503)
  explain(@CurrentTenant() tenant: Tenant, @Param() { id }: MessageIdParam): Promise<ExplainView> {
    return this.preflight.explain(tenant, id);
  }
}
