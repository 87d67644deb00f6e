import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Scope } from '../../platform/auth/api-key.guard.js';
import { ApiProblem } from '../../platform/http/api-problem.js';
import { NormalizePhonesDto, PhoneCheckReport } from '../phone-checks.dto.js';
import { PhoneChecksService } from '../phone-checks.service.js';

/** Checks of recipients' numbers over REST. */
@ApiTags('phone checks')
@ApiBearerAuth()
@Controller('v1/phone_numbers')
export class PhoneChecksHttpController {
  constructor(private readonly checks: PhoneChecksService) {}

  /** Brings numbers into international form. */
  @Post('normalize')
  @HttpCode(200)
  @Scope('messages:read')
  @ApiOperation({
    operationId: 'normalizePhoneNumbers',
    summary: 'Bring phone numbers into international form, and find those that cannot be right',
  })
  @ApiResponse({ status: 200, description: 'What became of each number.', type: PhoneCheckReport })
  @ApiProblem(400, 401, 403, 413, 415, 503)
  normalize(@Body() request: NormalizePhonesDto): Promise<PhoneCheckReport> {
    return this.checks.normalize(request);
  }
}
