import { ApiProperty } from '@nestjs/swagger';

/** A business phone number as its portfolio sees it. */
export class PhoneNumberView {
  @ApiProperty()
  phone_number_id: string;
  @ApiProperty()
  waba_id: string;
  @ApiProperty()
  display_phone_number: string;
  @ApiProperty({ type: String, nullable: true })
  verified_name: string | null;
  /** GREEN, YELLOW, RED or UNKNOWN; null until read from Meta. */
  @ApiProperty({ type: String, nullable: true })
  quality_rating: string | null;
  @ApiProperty({ type: String, nullable: true })
  status: string | null;
  /** STANDARD, HIGH or NOT_APPLICABLE; null until read from Meta. */
  @ApiProperty({ type: String, nullable: true })
  throughput_level: string | null;
  /** Messages per second that the limiter keeps, inbound and outbound together. */
  @ApiProperty({ type: 'integer' })
  throughput_mps: number;
  @ApiProperty({ type: String, nullable: true })
  messaging_limit_tier: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  polled_at: string | null;
}

/** The numbers of a portfolio. */
export class PhoneNumberList {
  @ApiProperty({ type: () => [PhoneNumberView] })
  phone_numbers: PhoneNumberView[];
}
