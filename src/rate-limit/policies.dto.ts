import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min, ValidateBy } from 'class-validator';
import { ESCALATION_POLICIES } from '../core/limits/escalation.js';
import { areFairnessWeights, FAIRNESS_WEIGHTS } from '../core/limits/fair-share.js';
import { LONGEST_SPREAD_MS } from '../core/limits/full-hour.js';
import { MARKETING_CAP } from '../core/limits/marketing-cap.js';
import { UTILISATION_POLICIES } from '../core/limits/utilisation.js';
import { WARM_UP_POLICIES } from '../core/limits/warm-up.js';

const WARM_UPS = Object.keys(WARM_UP_POLICIES);
const ESCALATIONS = Object.keys(ESCALATION_POLICIES);
const UTILISATIONS = Object.keys(UTILISATION_POLICIES);

/** What is to hold for a number beyond Meta's limits; what is absent or null holds no more. */
export class PutPolicyDto {
  /** How the number begins slowly; `GET /v1/rate_limits/policies` has the choices. Another choice begins anew. */
  @ApiProperty({ required: false, nullable: true, type: String, enum: WARM_UPS })
  @IsOptional()
  @IsIn(WARM_UPS, { message: `warm_up must be one of ${WARM_UPS.join(', ')}, or null for none` })
  warm_up?: string | null;

  /** How sending stops when Meta goes on refusing; null: it slows down and goes on, which is Meta's own rule. */
  @ApiProperty({ required: false, nullable: true, type: String, enum: ESCALATIONS })
  @IsOptional()
  @IsIn(ESCALATIONS, { message: `escalation must be one of ${ESCALATIONS.join(', ')}, or null for none` })
  escalation?: string | null;

  /** From which share of the number's rate it is told (event `rate_limit.utilisation_high`), and from which it pauses. */
  @ApiProperty({ required: false, nullable: true, type: String, enum: UTILISATIONS })
  @IsOptional()
  @IsIn(UTILISATIONS, { message: `utilisation must be one of ${UTILISATIONS.join(', ')}, or null for none` })
  utilisation?: string | null;

  /** Messages per second that the number sends at most; at most its level, which Meta sets. */
  @ApiProperty({ required: false, nullable: true, type: 'integer', minimum: 1, maximum: 1000 })
  @IsOptional()
  @IsInt({ message: 'max_mps must be a whole number, or null for the level that Meta allows' })
  @Min(1, { message: 'max_mps must be at least 1; a number that is to send nothing has no messages' })
  @Max(1000, { message: 'max_mps must be at most 1000' })
  max_mps?: number | null;

  /**
   * Marketing templates that a person gets from this number at most in `marketing_cap_days`, counting what all numbers of
   * the portfolio sent them. What is above it waits, or ends as rejected when it would expire first.
   */
  @ApiProperty({ required: false, nullable: true, type: 'integer', minimum: 1, maximum: MARKETING_CAP.mostMessages })
  @IsOptional()
  @IsInt({ message: 'marketing_cap must be a whole number, or null for no cap' })
  @Min(1, { message: 'marketing_cap must be at least 1; a number that is to send no marketing sends none' })
  @Max(MARKETING_CAP.mostMessages, { message: `marketing_cap must be at most ${MARKETING_CAP.mostMessages}` })
  marketing_cap?: number | null;

  /** The days, moving, in which `marketing_cap` counts; the two belong together. */
  @ApiProperty({ required: false, nullable: true, type: 'integer', minimum: 1, maximum: MARKETING_CAP.mostDays })
  @IsOptional()
  @IsInt({ message: 'marketing_cap_days must be a whole number of days, or null for no cap' })
  @Min(1, { message: 'marketing_cap_days must be at least 1' })
  @Max(MARKETING_CAP.mostDays, { message: `marketing_cap_days must be at most ${MARKETING_CAP.mostDays}` })
  marketing_cap_days?: number | null;

  /**
   * What the `fairness_key`s of messages weigh: one of weight 3 gets three times the share of one of weight 1, which is that of all that
   * are not named here.
   */
  @ApiPropertyOptional({
    nullable: true,
    type: 'object',
    additionalProperties: { type: 'integer', minimum: 1, maximum: FAIRNESS_WEIGHTS.most },
    example: { 'spring-sale': 3 },
  })
  @IsOptional()
  @ValidateBy({
    name: 'areFairnessWeights',
    validator: {
      validate: areFairnessWeights,
      defaultMessage: () =>
        `fairness_weights must give each of at most ${FAIRNESS_WEIGHTS.mostKeys} fairness keys a whole number from 1 to ${FAIRNESS_WEIGHTS.most}, or be null for equal shares`,
    },
  })
  fairness_weights?: Readonly<Record<string, number>> | null;

  /**
   * For how many milliseconds after a full hour marketing is spread that is scheduled for it; 0: it goes when it was to. Null: as
   * the setting `FULL_HOUR_SPREAD_MS` says. What is accepted already stays where it is.
   */
  @ApiProperty({ required: false, nullable: true, type: 'integer', minimum: 0, maximum: LONGEST_SPREAD_MS })
  @IsOptional()
  @IsInt({ message: 'full_hour_spread_ms must be a whole number of milliseconds, or null for what the setting says' })
  @Min(0, { message: 'full_hour_spread_ms must be at least 0, which is for no spread' })
  @Max(LONGEST_SPREAD_MS, { message: `full_hour_spread_ms must be at most ${LONGEST_SPREAD_MS}, half an hour` })
  full_hour_spread_ms?: number | null;
}

/** Whose policy becomes what: the path and the body of REST in one. */
export class PutPolicyCommandDto extends PutPolicyDto {
  @Matches(/^[0-9]{1,64}$/, { message: 'phone_number_id must be an id of Meta: digits only' })
  phone_number_id: string;
}

/** Where a number stands in its warm-up. */
export class WarmUpView {
  /** From 1; one more than `stages` when it is over. */
  @ApiProperty({ type: 'integer' })
  stage: number;
  @ApiProperty({ type: 'integer' })
  stages: number;
  @ApiProperty({ format: 'date-time' })
  since: string;
  /** Null when it is over. */
  @ApiProperty({ type: 'integer', nullable: true })
  per_minute: number | null;
  @ApiProperty({ type: 'integer', nullable: true })
  peak_per_minute: number | null;
  /** Why it is in this stage. */
  @ApiProperty({ type: String, nullable: true })
  reason: string | null;
}

/** What holds for a number beyond Meta's limits. */
export class PolicyView {
  @ApiProperty()
  phone_number_id: string;
  @ApiProperty({ type: String, nullable: true, enum: WARM_UPS })
  warm_up: string | null;
  @ApiProperty({ type: () => WarmUpView, nullable: true })
  warm_up_state: WarmUpView | null;
  @ApiProperty({ type: String, nullable: true, enum: ESCALATIONS })
  escalation: string | null;
  @ApiProperty({ type: String, nullable: true, enum: UTILISATIONS })
  utilisation: string | null;
  @ApiProperty({ type: 'integer', nullable: true })
  max_mps: number | null;
  @ApiProperty({ type: 'integer', nullable: true })
  marketing_cap: number | null;
  @ApiProperty({ type: 'integer', nullable: true })
  marketing_cap_days: number | null;
  @ApiProperty({ type: 'object', additionalProperties: { type: 'integer' }, nullable: true })
  fairness_weights: Readonly<Record<string, number>> | null;
  @ApiProperty({ type: 'integer', nullable: true })
  full_hour_spread_ms: number | null;
  /** Null when nobody ever chose anything. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  changed_at: string | null;
  @ApiProperty({ type: String, nullable: true })
  changed_by: string | null;
}

/** One stage of a warm-up. */
export class WarmUpStageView {
  @ApiProperty({ type: 'integer' })
  per_minute: number;
  @ApiProperty({ type: 'integer' })
  peak_per_minute: number;
  @ApiProperty({ type: 'integer', description: 'Longest time at this rate without a break.' })
  longest_run_ms: number;
  @ApiProperty({ type: 'integer' })
  rest_ms: number;
  @ApiProperty({ type: 'integer', description: 'The next stage begins after so long…' })
  promoted_after_ms: number;
  @ApiProperty({ type: 'integer', description: '…when Meta took so many messages in this one.' })
  promoted_after_accepted: number;
}

/** A warm-up that can be chosen. */
export class WarmUpPolicyView {
  @ApiProperty()
  name: string;
  @ApiProperty()
  description: string;
  @ApiProperty({ type: () => [WarmUpStageView] })
  stages: WarmUpStageView[];
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'number' },
    description: 'What a kind counts for, when not 1.',
  })
  weights: Record<string, number>;
  @ApiProperty({ description: 'Share of messages with a complaint above which the first stage begins again.' })
  put_back_at_complaint_share: number;
  @ApiProperty({ description: 'The same of failed messages.' })
  put_back_at_failure_share: number;
  @ApiProperty({ type: [String], description: 'Quality ratings that do the same.' })
  put_back_at_ratings: string[];
}

/** An escalation that can be chosen. */
export class EscalationPolicyView {
  @ApiProperty()
  name: string;
  @ApiProperty()
  description: string;
  @ApiProperty({ type: 'array', items: { type: 'integer' }, description: 'The errors of Meta that count.' })
  codes: number[];
  @ApiProperty({ type: 'integer', description: 'How long the number sends nothing.' })
  light_ms: number;
  @ApiProperty({ type: 'integer', description: 'How long no number of the portfolio sends.' })
  medium_ms: number;
  @ApiProperty({ type: 'integer', description: 'How long the account sends nothing.' })
  severe_ms: number;
}

/** Thresholds that can be chosen. */
export class UtilisationPolicyView {
  @ApiProperty()
  name: string;
  @ApiProperty()
  description: string;
  @ApiProperty({ description: 'Share of the rate from which it is told.' })
  alert_share: number;
  @ApiProperty({ type: Number, nullable: true, description: 'Share from which the number pauses; null for never.' })
  pause_share: number | null;
  @ApiProperty({ type: 'integer', nullable: true })
  pause_ms: number | null;
}

/** Everything that can be chosen. */
export class PolicyChoices {
  @ApiProperty({ type: () => [WarmUpPolicyView] })
  warm_up: WarmUpPolicyView[];
  @ApiProperty({ type: () => [EscalationPolicyView] })
  escalation: EscalationPolicyView[];
  @ApiProperty({ type: () => [UtilisationPolicyView] })
  utilisation: UtilisationPolicyView[];
}

/** Which page of a policy's changes. */
export class PolicyHistoryPage {
  @ApiProperty({ required: false, type: 'integer', minimum: 1, maximum: 1000, default: 100 })
  @IsOptional()
  @Type(() => Number)
  @IsInt({ message: 'page_size must be a whole number' })
  @Min(1, { message: 'page_size must be at least 1' })
  @Max(1000, { message: 'page_size must be at most 1000' })
  page_size?: number;

  @ApiProperty({ required: false, description: 'The `next_page_token` of the page before.' })
  @IsOptional()
  @IsString()
  @MaxLength(400)
  page_token?: string;
}

/** Which number's changes, and which page of them: the path and the query of REST in one. */
export class PolicyHistoryQuery extends PolicyHistoryPage {
  @Matches(/^[0-9]{1,64}$/, { message: 'phone_number_id must be an id of Meta: digits only' })
  phone_number_id: string;
}

/** What of a policy is kept with each of its changes. */
export class PolicySnapshot {
  @ApiProperty({ type: String, nullable: true })
  warm_up: string | null;
  @ApiProperty({ type: 'integer', nullable: true })
  warm_up_stage: number | null;
  @ApiProperty({ type: String, nullable: true })
  warm_up_reason: string | null;
  @ApiProperty({ type: String, nullable: true })
  escalation: string | null;
  @ApiProperty({ type: String, nullable: true })
  utilisation: string | null;
  @ApiProperty({ type: 'integer', nullable: true })
  max_mps: number | null;
  @ApiProperty({ type: 'integer', nullable: true })
  marketing_cap: number | null;
  @ApiProperty({ type: 'integer', nullable: true })
  marketing_cap_days: number | null;
  @ApiProperty({ type: 'object', additionalProperties: { type: 'integer' }, nullable: true })
  fairness_weights: Readonly<Record<string, number>> | null;
  @ApiProperty({ type: 'integer', nullable: true })
  full_hour_spread_ms: number | null;
}

/** One change of a policy. */
export class PolicyChangeView {
  @ApiProperty({ format: 'date-time' })
  changed_at: string;
  /** `api key <id>`, or `gateway` when a warm-up went on or back. */
  @ApiProperty()
  changed_by: string;
  @ApiProperty({ type: () => PolicySnapshot, nullable: true })
  before: PolicySnapshot | null;
  @ApiProperty({ type: () => PolicySnapshot })
  after: PolicySnapshot;
}

/** The changes of a policy, the newest first. */
export class PolicyHistory {
  @ApiProperty({ type: () => [PolicyChangeView] })
  changes: PolicyChangeView[];
  /** Empty on the last page. */
  @ApiProperty()
  next_page_token: string;
}
