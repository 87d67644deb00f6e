import { Controller, HttpCode, Post, Query, type StreamableFile, UseInterceptors } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiExtraModels,
  ApiHeader,
  ApiOperation,
  ApiResponse,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import { CurrentTenant, Scope } from '../../platform/auth/api-key.guard.js';
import type { Tenant } from '../../platform/auth/principal.js';
import { ApiProblem } from '../../platform/http/api-problem.js';
import { IdempotencyKey } from '../../platform/http/idempotency-key.js';
import { isNdjson, NDJSON, ndjsonAnswer, RawBody, readLines } from '../../platform/http/ndjson.js';
import { OkWhenNothingAccepted } from '../../platform/http/ok-when-nothing-accepted.js';
import { BatchItemDto, BatchItemResult, BatchQuery, BatchView, SendBatchDto } from '../batch.dto.js';
import { BatchesService } from '../batches.service.js';

/** Many messages at once over REST. */
@ApiTags('messages')
@ApiBearerAuth()
@Controller('v1')
export class BatchesHttpController {
  constructor(private readonly batches: BatchesService) {}

  /** Accepts many messages. */
  @Post('messages/batch')
  @HttpCode(202)
  @UseInterceptors(OkWhenNothingAccepted)
  @Scope('messages:write')
  @ApiOperation({
    operationId: 'sendBatch',
    summary: 'Accept many messages at once',
    description:
      'Each message is judged and answered by itself: `results` names for each the `id` under which it is durable, or the `problem`. ' +
      `With the content type ${NDJSON} the body is one message a line, any number of them, read and answered as they come; ` +
      '`validate_only` then stands in the query.',
  })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'The same key and body give the same answer and send each message once.',
  })
  @ApiBody({ type: SendBatchDto })
  @ApiExtraModels(BatchView, BatchItemDto, BatchItemResult)
  @ApiResponse({ status: 200, description: 'None was accepted: all were refused, or only validated.', type: BatchView })
  @ApiResponse({
    status: 202,
    description: 'What came of each message; those with an `id` are durable and will be sent.',
    content: {
      'application/json': { schema: { $ref: getSchemaPath(BatchView) } },
      [NDJSON]: { schema: { $ref: getSchemaPath(BatchItemResult) } },
    },
  })
  @ApiProblem(400, 401, 403, 413, 415, 422, 503)
  async send(
    @CurrentTenant() tenant: Tenant,
    @IdempotencyKey() key: string | null,
    @RawBody() body: unknown,
    @Query() query: BatchQuery,
  ): Promise<BatchView | StreamableFile> {
    return isNdjson(body)
      ? ndjsonAnswer(
          this.batches.sendStream(tenant, readLines(body), { key, validateOnly: query.validate_only === 'true' }),
        )
      : this.batches.sendBatch(tenant, body, key, query.validate_only === 'true');
  }
}
