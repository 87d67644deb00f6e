import { ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray } from 'class-validator';
import { HoldView } from '../rate-limit/rate-limit.dto.js';
import { BatchItemDto } from './batch.dto.js';

/** Most messages of one check. */
const MOST_PER_CHECK = 1000;

/** Messages about which it is asked whether they would go: as a batch takes them, so that it can be asked about one. */
export class CheckMessagesDto {
  @ApiProperty({ type: 'array', items: { $ref: getSchemaPath(BatchItemDto) }, minItems: 1, maxItems: MOST_PER_CHECK })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_PER_CHECK)
  messages: unknown[];
}

/** Whether one message would go. */
export class CheckResult {
  /** `refuse`: not as it stands; `wait`: accepted, and sent when the limit lets it. */
  @ApiProperty({ enum: ['go', 'wait', 'refuse'] })
  verdict: string;
  /** When it would go; null when it goes now, never, or once a stop is released. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  until: string | null;
  /** The limit that holds it, or `validation` when the message is not valid. */
  @ApiProperty({ type: String, nullable: true })
  limit: string | null;
  @ApiProperty({ type: String, nullable: true })
  reason: string | null;
  /** How much of the limit is used, where it counts what a person had (`marketing_cap`); else null. */
  @ApiProperty({ type: 'integer', nullable: true })
  used: number | null;
  /** How much of it is allowed, where it counts what a person had; else null. */
  @ApiProperty({ type: 'integer', nullable: true })
  allowed: number | null;
  /** The number that its pool would choose now; only for a valid message with `pool_id`. */
  @ApiProperty({ required: false })
  phone_number_id?: string;
}

/** One result per message, in their order. */
export class CheckView {
  @ApiProperty({ type: () => [CheckResult] })
  results: CheckResult[];
}

/** That another number of its pool sends a message than the one that was chosen for it at first. */
export class MoveView {
  @ApiProperty()
  from_phone_number_id: string;
  @ApiProperty()
  to_phone_number_id: string;
  /** `stop`: stopped for long; `status`: Meta disconnected it; `removed` from the pool; `deleted`: yours no more. */
  @ApiProperty({ enum: ['stop', 'status', 'removed', 'deleted'] })
  cause: string;
  @ApiProperty()
  reason: string;
  @ApiProperty({ type: String, format: 'date-time' })
  moved_at: string;
}

/** Why a message has not gone yet. */
export class ExplainView {
  @ApiProperty()
  state: string;
  /** Everything that holds it now; empty when it only waits for its turn, or waits no more. */
  @ApiProperty({ type: () => [HoldView] })
  waiting_for: HoldView[];
  /** How many messages go before it from this number, at most 100,000; null when it does not wait. */
  @ApiProperty({ type: 'integer', nullable: true })
  position: number | null;
  /** When it goes, as things stand; null when that is not known or it does not wait. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  estimated_at: string | null;
  /** The last time that it was given to another number of its pool; only when it was. */
  @ApiProperty({ type: () => MoveView, required: false })
  moved?: MoveView;
}
