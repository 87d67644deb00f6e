import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsOptional, IsUUID, Matches } from 'class-validator';

/** One limit of a number. */
export class LimitView {
  /**
   * throughput (per second), calls (of the WABA per hour, messages included), management_calls (of
   * the WABA per hour: polls, and templates that are read, made and removed), messaging (different people of the portfolio per 24 hours, where
   * Meta has set a limit), media (1 while it may go, 0 while it pauses), or warm_up (per minute, while the number has one).
   */
  @ApiProperty({ enum: ['throughput', 'calls', 'management_calls', 'messaging', 'media', 'warm_up'] })
  limit: string;
  /** What Meta allows. */
  @ApiProperty({ type: 'integer' })
  allowed: number;
  @ApiProperty({ type: 'integer' })
  used: number;
  @ApiProperty({ type: 'integer' })
  left: number;
  /** When everything is free again; null when it is now. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  resets_at: string | null;
}

/** Something that holds a number's messages back. */
export class HoldView {
  @ApiProperty({
    enum: [
      'stop',
      'pool',
      'template',
      'calls',
      'messaging',
      'marketing',
      'marketing_cap',
      'media',
      'pair',
      'warm_up',
      'throughput',
      'retry',
      'schedule',
    ],
  })
  limit: string;
  /** Null when only a release ends it. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  until: string | null;
  @ApiProperty()
  reason: string;
  /** How much of the limit is used, where it counts what a person had (`marketing_cap`); else null. `until`: when there is room. */
  @ApiProperty({ type: 'integer', nullable: true })
  used: number | null;
  /** How much of it is allowed, where it counts what a person had; else null. */
  @ApiProperty({ type: 'integer', nullable: true })
  allowed: number | null;
}

/** What is known of the portfolio's messaging limit. */
export class MessagingLimitView {
  /** Meta's word for it, such as TIER_250; null when it was never told. */
  @ApiProperty({ type: String, nullable: true })
  tier: string | null;
  /** `unknown`: never told, or in a word that is not known here; then it is not kept, and Meta judges. */
  @ApiProperty({ enum: ['limited', 'unlimited', 'unknown'] })
  state: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  as_of: string | null;
}

/** A stop: sends that wait until it is released. */
export class StopView {
  @ApiProperty({ format: 'uuid' })
  id: string;
  @ApiProperty({ enum: ['number', 'waba', 'portfolio', 'template'] })
  scope: string;
  /** The number's or WABA's id, our id of the portfolio; for a template, `<waba_id>/<name>`. */
  @ApiProperty()
  scope_id: string;
  /** `templates`: what the business begins waits, replies go on. */
  @ApiProperty({ enum: ['all', 'templates'] })
  stops: string;
  /** Meta's error code. */
  @ApiProperty({ type: 'integer' })
  code: number;
  @ApiProperty()
  reason: string;
  @ApiProperty({ format: 'date-time' })
  since: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  until: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  released_at: string | null;
  @ApiProperty({ type: String, nullable: true })
  released_by: string | null;
}

/** The stops of a portfolio. */
export class StopList {
  @ApiProperty({ type: () => [StopView] })
  stops: StopView[];
}

/** How a number stands with every limit. */
export class RateLimitView {
  @ApiProperty()
  phone_number_id: string;
  @ApiProperty({ type: 'integer', description: 'Messages per second of its level, inbound and outbound together.' })
  throughput_mps: number;
  @ApiProperty({ type: 'integer', description: 'Messages per second that are sent now at most.' })
  current_mps: number;
  @ApiProperty({ type: 'integer', description: 'Kept free for what people write, per second.' })
  inbound_reserve_mps: number;
  @ApiProperty({ type: () => [LimitView] })
  limits: LimitView[];
  @ApiProperty({ type: () => [HoldView], description: 'What holds all messages of the number, or all of a kind.' })
  waiting_for: HoldView[];
  @ApiProperty({ type: () => MessagingLimitView })
  messaging_limit: MessagingLimitView;
  @ApiProperty({ type: () => [StopView] })
  stops: StopView[];
}

/** Which number is meant. */
export class RateLimitParam {
  @ApiProperty({ pattern: '^[0-9]{1,64}$' })
  @Matches(/^[0-9]{1,64}$/)
  phone_number_id: string;
}

/** Which stop is meant. */
export class StopIdParam {
  @ApiProperty({ format: 'uuid' })
  @IsUUID()
  id: string;
}

/** Which stops are wanted. */
export class ListStopsQuery {
  /** Also those that were released or have ended. */
  @ApiProperty({ required: false, type: Boolean, default: false })
  @Transform(({ value }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean()
  @IsOptional()
  ended?: boolean;
}
