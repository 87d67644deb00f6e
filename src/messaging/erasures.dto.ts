import { ApiProperty } from '@nestjs/swagger';
import { Matches, ValidateIf } from 'class-validator';

const PHONE = /^\+?[0-9][0-9 ().-]{6,31}$/;
const PHONE_RULE = {
  message: 'to must be a phone number in international form: + and country code, 8 to 15 digits in all',
};
const BSUID = /^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$/;
const BSUID_RULE = { message: 'recipient must be a business-scoped user id such as US.1349…' };

/** Who is to be erased. */
export class EraseDto {
  /** The person's phone number. */
  @ApiProperty({ required: false, example: '+16505551234' })
  @ValidateIf((o: EraseDto) => o.to !== undefined || o.recipient === undefined)
  @Matches(PHONE, PHONE_RULE)
  to?: string;

  /** The person's business-scoped user id, in place of `to` or beside it. */
  @ApiProperty({ required: false, example: 'US.13491208655302741918' })
  @ValidateIf((o: EraseDto) => o.recipient !== undefined)
  @Matches(BSUID, BSUID_RULE)
  recipient?: string;
}

/** What an erasure took. */
export class ErasureView {
  /** Of the record that it was done, which names nobody. */
  @ApiProperty({ format: 'uuid' })
  id: string;
  @ApiProperty({ format: 'date-time' })
  erased_at: string;
  /** Messages to the person: without recipient and content now; those that waited are cancelled. */
  @ApiProperty({ type: 'integer' })
  messages: number;
  /** Messages from the person, removed. */
  @ApiProperty({ type: 'integer' })
  inbound_messages: number;
  /** Files that the person sent, removed with their bytes. */
  @ApiProperty({ type: 'integer' })
  files: number;
  /** Events, raw webhooks and all other rows that named the person. */
  @ApiProperty({ type: 'integer' })
  other: number;
  /** Opt-outs, kept under a keyed hash so that no marketing goes to the person. */
  @ApiProperty({ type: 'integer' })
  opt_outs_kept: number;
}
