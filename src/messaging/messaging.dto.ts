import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, IsUUID, Length, Matches, Max, MaxLength, Min } from 'class-validator';
import { ApiShapes, Shaped } from '../platform/http/shaped.js';
import { KIND_NAMES, KINDS, type Kind } from './kinds/kinds.js';
import { messageShape, PRIORITIES, type Priority } from './message.shape.js';

/** The content of each kind by the name of the kind. */
const CONTENTS = Object.fromEntries(
  KIND_NAMES.map((kind) => [kind, { name: KINDS[kind].schemaName, shape: KINDS[kind].content }]),
);

/** The message that this one quotes. */
export class MessageContext {
  /** Its wamid. */
  @ApiProperty({ description: 'The wamid of the message that is answered.', maxLength: 128 })
  message_id: string;
}

/** A message to send. What each field must look like, and what it means, says {@link messageShape}. */
@Shaped(messageShape)
export class SendMessageDto implements Partial<Record<Kind, object>> {
  phone_number_id?: string;
  pool_id?: string;
  recipient_type?: 'individual' | 'group';
  to?: string;
  recipient?: string;
  type: Kind;
  text?: object;
  image?: object;
  audio?: object;
  video?: object;
  document?: object;
  sticker?: object;
  location?: object;
  contacts?: object;
  reaction?: object;
  interactive?: object;
  template?: object;
  pin?: object;
  context?: MessageContext | null;
  recipient_identity_key_hash?: string;
  message_activity_sharing?: boolean;
  category?: string;
  ttl_seconds?: number;
  direct_send_config?: object;
  priority?: Priority | null;
  fairness_key?: string | null;
  on_unknown?: 'hold' | 'resend' | null;
  send_at?: string | null;
  expires_at?: string | null;
  callback_data?: string | null;
  metadata?: object | null;
  validate_only?: boolean | null;
}

/** The answer to `validate_only`: the message would be accepted. */
export class ValidatedView {
  @ApiProperty({ enum: ['valid'] })
  state: 'valid';
}

/** What Meta or we said about an attempt or a delivery that failed. */
export class MessageErrorView {
  @ApiProperty({ type: 'integer', nullable: true, description: "Meta's error code (docs/errors.md)." })
  code: number | null;
  @ApiProperty({ type: 'integer', nullable: true, required: false })
  subcode?: number | null;
  @ApiProperty({ type: String, nullable: true })
  title: string | null;
  @ApiProperty({ type: String, nullable: true })
  details: string | null;
  @ApiProperty({ type: String, nullable: true, required: false })
  message?: string | null;
  @ApiProperty({ type: String, nullable: true, required: false })
  href?: string | null;
  @ApiProperty({ type: String, nullable: true, required: false })
  fbtrace_id?: string | null;
}

/** One attempt: one request to Meta. */
export class AttemptView {
  @ApiProperty({ type: 'integer', minimum: 1 })
  number: number;
  /** When it was armed: committed before its first byte left. */
  @ApiProperty({ format: 'date-time' })
  armed_at: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  finished_at: string | null;
  @ApiProperty({
    type: String,
    enum: ['accepted', 'rejected', 'rejected_retry', 'not_sent', 'unknown'],
    nullable: true,
  })
  outcome: string | null;
  /** How the outcome became known: `response`, `webhook`, `recovery` (a worker died) or `inferred`. */
  @ApiProperty({ type: String, nullable: true })
  evidence: string | null;
  @ApiProperty({ type: 'integer', nullable: true })
  http_status: number | null;
  @ApiProperty({ type: Object, nullable: true })
  error: object | null;
}

const STATES = [
  'scheduled',
  'queued',
  'sending',
  'submitted',
  'unknown',
  'unconfirmed',
  'rejected',
  'expired',
  'cancelled',
];
const STATUSES = ['accepted', 'held', 'sent', 'failed', 'delivered', 'read', 'played'];

/** A message as every wire shows it; its content stands under the name of its type. */
@ApiShapes(CONTENTS)
export class MessageView {
  @ApiProperty({ format: 'uuid' })
  id: string;
  /** Where it stands with us. */
  @ApiProperty({ enum: STATES })
  state: string;
  /** Where it stands with Meta. */
  @ApiProperty({ type: String, enum: STATUSES, nullable: true })
  status: string | null;
  @ApiProperty()
  phone_number_id: string;
  /** The pool that chose the number; absent when the sender named the number. */
  @ApiProperty({ format: 'uuid', required: false })
  pool_id?: string;
  /** `group` when the message goes to a group. */
  @ApiProperty({ enum: ['group'], required: false })
  recipient_type?: 'group';
  @ApiProperty({ required: false })
  to?: string;
  @ApiProperty({ required: false })
  recipient?: string;
  @ApiProperty({ enum: KIND_NAMES })
  type: string;
  @ApiProperty({ type: () => MessageContext, required: false })
  context?: object;
  /** The Cloud API's own options of the message, when it has any. */
  @ApiProperty({ required: false })
  recipient_identity_key_hash?: string;
  @ApiProperty({ required: false })
  message_activity_sharing?: boolean;
  @ApiProperty({ required: false })
  category?: string;
  @ApiProperty({ type: 'integer', required: false })
  ttl_seconds?: number;
  @ApiProperty({ type: Object, required: false })
  direct_send_config?: object;
  @ApiProperty({ enum: PRIORITIES })
  priority: Priority;
  /** What it shares the rate of its number by; only when it has one. */
  @ApiProperty({ type: String, required: false })
  fairness_key?: string;
  @ApiProperty({ enum: ['hold', 'resend'] })
  on_unknown: 'hold' | 'resend';
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  send_at: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  expires_at: string | null;
  @ApiProperty({ type: String, nullable: true })
  callback_data: string | null;
  @ApiProperty({ type: Object, nullable: true })
  metadata: object | null;
  /** Meta's id of the message. */
  @ApiProperty({ type: String, nullable: true })
  wamid: string | null;
  @ApiProperty({ type: () => [AttemptView] })
  attempts: AttemptView[];
  /** When we took it on. */
  @ApiProperty({ format: 'date-time' })
  accepted_at: string;
  /** When Meta took it on, or was proven to have. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  submitted_at: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  held_at: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  sent_at: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  delivered_at: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  read_at: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  played_at: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  failed_at: string | null;
  /** When it was noticed that Meta reports nothing about it. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  no_status_at: string | null;
  /** True when a status without a token was linked to the message by elimination. */
  @ApiProperty()
  inferred: boolean;
  @ApiProperty({ type: () => [MessageErrorView] })
  errors: object[];
  @ApiProperty({ type: Object, nullable: true })
  pricing: object | null;
}

/** Largest page of a list. */
const MOST_PER_PAGE = 1000;

/** Which messages to list. */
export class ListMessagesQuery {
  @ApiProperty({ required: false, description: 'Only those of this number.' })
  @IsOptional()
  @Matches(/^\d{1,32}$/, { message: 'phone_number_id must be an id of Meta: digits only' })
  phone_number_id?: string;

  @ApiProperty({ enum: STATES, required: false })
  @IsOptional()
  @IsIn(STATES, { message: `state must be one of ${STATES.join(', ')}` })
  state?: string;

  @ApiProperty({ enum: STATUSES, required: false })
  @IsOptional()
  @IsIn(STATUSES, { message: `status must be one of ${STATUSES.join(', ')}` })
  status?: string;

  @ApiProperty({ required: false, description: 'Only the message that Meta calls so.' })
  @IsOptional()
  @IsString()
  @Length(1, 128)
  wamid?: string;

  @ApiProperty({ required: false, type: 'integer', minimum: 1, maximum: MOST_PER_PAGE, default: 50 })
  @IsOptional()
  @Type(() => Number)
  @IsInt({ message: 'page_size must be a whole number' })
  @Min(1, { message: 'page_size must be at least 1' })
  @Max(MOST_PER_PAGE, { message: `page_size must be at most ${MOST_PER_PAGE}` })
  page_size?: number;

  @ApiProperty({ required: false, description: 'The `next_page_token` of the page before.' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  page_token?: string;
}

/** A page of messages, the newest first. */
export class MessagePage {
  @ApiProperty({ type: () => [MessageView] })
  messages: MessageView[];
  /** Empty on the last page. */
  @ApiProperty()
  next_page_token: string;
}

/** The id of a message in a path. */
export class MessageIdParam {
  @ApiProperty({ format: 'uuid', description: 'The `id` that sendMessage answered.' })
  @IsUUID(undefined, { message: 'id must be a UUID' })
  id: string;
}

/** Which events to read. */
export class ListEventsQuery {
  @ApiProperty({ required: false, description: 'The `next` of the answer before; absent: from the oldest kept.' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  after?: string;

  @ApiProperty({ required: false, type: 'integer', minimum: 1, maximum: MOST_PER_PAGE, default: 100 })
  @IsOptional()
  @Type(() => Number)
  @IsInt({ message: 'limit must be a whole number' })
  @Min(1, { message: 'limit must be at least 1' })
  @Max(MOST_PER_PAGE, { message: `limit must be at most ${MOST_PER_PAGE}` })
  limit?: number;
}

/** An event in CloudEvents 1.0 form: the same on REST and on the bus. */
export class EventView {
  @ApiProperty({ enum: ['1.0'] })
  specversion: '1.0';
  @ApiProperty({ format: 'uuid' })
  id: string;
  @ApiProperty({ example: '/heliograph/portfolios/2729063490586005' })
  source: string;
  @ApiProperty({ example: 'io.heliograph.message.delivered.v1' })
  type: string;
  /** Id of the message, or of the inbound message. */
  @ApiProperty()
  subject: string;
  /** When it happened: by Meta's clock for what Meta reports. */
  @ApiProperty({ format: 'date-time' })
  time: string;
  @ApiProperty({ enum: ['application/json'] })
  datacontenttype: 'application/json';
  /** Rises by one with each event of the same subject. */
  @ApiProperty({ type: 'integer', minimum: 1 })
  version: number;
  @ApiProperty({ type: Object })
  data: Record<string, unknown>;
}

/** Events after a cursor. */
export class EventPage {
  @ApiProperty({ type: () => [EventView] })
  events: EventView[];
  /** Ask with it again, now for more or later for what comes. */
  @ApiProperty()
  next: string;
}

/** The history of one message. */
export class MessageHistory {
  @ApiProperty({ type: () => [EventView] })
  events: EventView[];
}
