import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentTenant, Scope } from '../../platform/auth/api-key.guard.js';
import type { Tenant } from '../../platform/auth/principal.js';
import { ApiProblem } from '../../platform/http/api-problem.js';
import { EraseDto, ErasureView } from '../erasures.dto.js';
import { ErasuresService } from '../erasures.service.js';

/** Erasing people, over REST. */
@ApiTags('messages')
@ApiBearerAuth()
@Controller('v1')
export class ErasuresHttpController {
  constructor(private readonly erasures: ErasuresService) {}

  /** Erases a person. */
  @Post('erasures')
  @HttpCode(200)
  @Scope('erasures:write')
  @ApiOperation({
    operationId: 'erasePerson',
    summary: 'Take a person out of everything that is kept',
    description:
      'Messages to them lose recipient and content, what waits is cancelled; what they wrote and sent is removed, with ' +
      'events and webhooks that name them. An opt-out is kept under a keyed hash. May be repeated.',
  })
  @ApiResponse({ status: 200, description: 'Done, and what it took.', type: ErasureView })
  @ApiProblem(400, 401, 403, 503)
  erase(@CurrentTenant() tenant: Tenant, @Body() dto: EraseDto): Promise<ErasureView> {
    return this.erasures.erase(tenant, dto);
  }
}
