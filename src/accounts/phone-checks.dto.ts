import { ApiProperty } from '@nestjs/swagger';
import { list } from '../core/shape/list-shape.js';
import { object } from '../core/shape/object-shape.js';
import { described, optional } from '../core/shape/shape.js';
import { oneOf, text } from '../core/shape/text-shape.js';
import { Shaped } from '../platform/http/shaped.js';
import { isKnownCountry } from '../platform/phone/phone-metadata.js';

/** Numbers of one request; a request of 1 MB holds about as many. */
export const MOST_NUMBERS = 20_000;

const shape = object(
  {
    phone_numbers: described(
      list(text({ min: 0, max: 64 }), { min: 1, max: MOST_NUMBERS }),
      'Numbers as somebody wrote them.',
    ),
    default_country: optional(
      described(
        text({ pattern: /^[A-Z]{2}$/, test: isKnownCountry, rule: 'must be the two capital letters of a country' }),
        'The country of numbers without a country code. Without it, they are read as if only the + were missing.',
      ),
    ),
    mode: optional(
      described(
        oneOf(['full', 'sampled']),
        '`sampled`: of more than 1,000 numbers every tenth is checked, to see whether the list is worth more. Default: `full`.',
      ),
    ),
  },
  { isRequest: true, description: 'Phone numbers to be brought into international form.' },
);

/** Phone numbers to be checked. */
@Shaped(shape)
export class NormalizePhonesDto {
  phone_numbers: string[];
  default_country?: string;
  mode?: 'full' | 'sampled';
}

/** What became of one number. */
export class PhoneCheckView {
  /** Its place in the request, from 0. */
  @ApiProperty({ type: 'integer', minimum: 0 })
  index: number;
  @ApiProperty()
  input: string;
  /** Whether a message to it can arrive, as far as numbering plans tell. */
  @ApiProperty()
  valid: boolean;
  /** International form, `+` first; null when it cannot be saved. */
  @ApiProperty({ type: String, nullable: true })
  e164: string | null;
  /** ISO 3166 code. */
  @ApiProperty({ type: String, nullable: true })
  country: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'mobile' })
  type: string | null;
  /** What was changed to get there. */
  @ApiProperty({ type: [String] })
  changes: string[];
  /** What is wrong; null when nothing is. */
  @ApiProperty({ type: String, nullable: true })
  reason: string | null;
}

/** What came of a check. */
export class PhoneCheckReport {
  @ApiProperty({ enum: ['full', 'sampled'] })
  mode: 'full' | 'sampled';
  @ApiProperty({ type: 'integer' })
  total: number;
  @ApiProperty({ type: 'integer' })
  checked: number;
  @ApiProperty({ type: 'integer' })
  valid: number;
  /** Of the valid ones, those that were written in another form. */
  @ApiProperty({ type: 'integer' })
  changed: number;
  @ApiProperty({ type: 'integer' })
  invalid: number;
  /** Invalid ones among those checked, from 0 to 1. */
  @ApiProperty({ minimum: 0, maximum: 1 })
  invalid_share: number;
  /** One for each number that was checked, in the order of the request. */
  @ApiProperty({ type: () => [PhoneCheckView] })
  results: PhoneCheckView[];
}
