import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min, ValidateIf } from 'class-validator';

const META_ID = /^\d{1,32}$/;
const META_ID_RULE = { message: 'phone_number_id must be an id of Meta: digits only' };
const PHONE = /^\+?[0-9][0-9 ().-]{6,31}$/;
const PHONE_RULE = {
  message: 'to must be a phone number in international form: + and country code, 8 to 15 digits in all',
};
const BSUID = /^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$/;
const BSUID_RULE = { message: 'recipient must be a business-scoped user id such as US.1349…' };

/** Who does not want to be marketed to, and by which number. */
export class OptOutOf {
  /** The person's phone number. */
  @ApiProperty({ required: false, example: '+16505551234' })
  @ValidateIf((o: OptOutOf) => o.to !== undefined || o.recipient === undefined)
  @Matches(PHONE, PHONE_RULE)
  to?: string;

  /** The person's business-scoped user id, in place of `to`. */
  @ApiProperty({ required: false, example: 'US.13491208655302741918' })
  @ValidateIf((o: OptOutOf) => o.recipient !== undefined)
  @Matches(BSUID, BSUID_RULE)
  recipient?: string;

  /** Of this number only; absent: of all numbers of the portfolio. */
  @ApiProperty({ required: false })
  @IsOptional()
  @Matches(META_ID, META_ID_RULE)
  phone_number_id?: string;
}

/** An opt-out to be kept. */
export class PutOptOutDto extends OptOutOf {
  /** Why, for people to read. */
  @ApiProperty({ required: false, maxLength: 200 })
  @IsOptional()
  @IsString()
  @MaxLength(200, { message: 'reason must have at most 200 characters' })
  reason?: string;
}

/** Which opt-outs to list. */
export class ListOptOutsQuery {
  @ApiProperty({ required: false, description: 'Only those of this person, by phone number.' })
  @IsOptional()
  @Matches(PHONE, PHONE_RULE)
  to?: string;

  @ApiProperty({ required: false, description: 'Only those of this person, by business-scoped user id.' })
  @IsOptional()
  @Matches(BSUID, BSUID_RULE)
  recipient?: string;

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

/** Somebody who wants no marketing. */
export class OptOutView {
  @ApiProperty({ required: false })
  to?: string;
  @ApiProperty({ required: false })
  recipient?: string;
  /** Null: of all numbers of the portfolio. */
  @ApiProperty({ type: String, nullable: true })
  phone_number_id: string | null;
  /** How it became known: the API, a word that the person wrote, WhatsApp's own switch, or Meta's error 131050. */
  @ApiProperty({ enum: ['api', 'keyword', 'user_preferences', 'meta_131050'] })
  source: string;
  @ApiProperty({ type: String, nullable: true })
  reason: string | null;
  /** Since when. */
  @ApiProperty({ format: 'date-time' })
  since: string;
}

/** A page of opt-outs. */
export class OptOutPage {
  @ApiProperty({ type: () => [OptOutView] })
  opt_outs: OptOutView[];
  /** Empty on the last page. */
  @ApiProperty()
  next_page_token: string;
}
