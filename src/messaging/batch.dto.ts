import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { described, nullable } from '../core/shape/shape.js';
import { text } from '../core/shape/text-shape.js';
import { ProblemView } from '../platform/http/api-problem.js';
import { IDEMPOTENCY_KEY } from '../platform/http/idempotency-key.js';
import { Shaped } from '../platform/http/shaped.js';
import { messageShapeWith } from './message.shape.js';
import { SendMessageDto } from './messaging.dto.js';

/** Most messages of one batch; NDJSON takes any number. */
export const MOST_PER_BATCH = 1000;

const batchItemShape = messageShapeWith({
  idempotency_key: nullable(
    described(
      text({ max: 255, pattern: IDEMPOTENCY_KEY, rule: 'must be printable ASCII characters without blanks' }),
      'The same key and message give the same answer and send once, here and in `POST /v1/messages`.',
    ),
  ),
});

/** A message of a batch: as a single one, with its idempotency key beside it. */
@Shaped(batchItemShape)
export class BatchItemDto extends SendMessageDto {
  idempotency_key?: string | null;
}

/** Many messages at once. Each is judged by itself: a bad one costs its neighbours nothing. */
export class SendBatchDto {
  @ApiProperty({ type: () => [BatchItemDto], minItems: 1, maxItems: MOST_PER_BATCH })
  messages: BatchItemDto[];

  /** Only says whether each message would be accepted; nothing is stored or sent. */
  @ApiProperty({ required: false, default: false })
  validate_only?: boolean;
}

/** How a batch is taken. */
export class BatchQuery {
  /** As `validate_only` in the body, for a body that is a stream of messages. */
  @ApiProperty({ required: false, enum: ['true', 'false'] })
  @IsOptional()
  @IsIn(['true', 'false'], { message: 'validate_only must be true or false' })
  validate_only?: 'true' | 'false';
}

/** What came of one message of a batch: it was accepted (`id`), found valid, or refused (`problem`). */
export class BatchItemResult {
  /** Its place in the batch, from 0; in NDJSON its line, blank lines counted. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  index: number;

  @ApiProperty({ format: 'uuid', required: false })
  id?: string;

  @ApiProperty({ enum: ['queued', 'scheduled', 'valid'], required: false })
  state?: 'queued' | 'scheduled' | 'valid';

  /** The number that the pool chose; only for a message with `pool_id`. */
  @ApiProperty({ required: false })
  phone_number_id?: string;

  @ApiProperty({ type: () => ProblemView, required: false })
  problem?: ProblemView;
}

/** What came of a batch. */
export class BatchView {
  /** One for each message, in the order of the request. */
  @ApiProperty({ type: () => [BatchItemResult] })
  results: BatchItemResult[];

  /** Messages that are durable now, or were already under the same key. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  accepted: number;

  /** Messages that were only validated, and would be accepted. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  valid: number;

  @ApiProperty({ type: 'integer', minimum: 0 })
  refused: number;
}
