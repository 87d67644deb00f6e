import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import type { EventView } from './messaging.dto.js';

/** What somebody wants to watch. */
export class WatchStatusesDto {
  /** Go on after this place; absent: from the oldest event kept. */
  @ApiProperty({ required: false })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  resume_token?: string;

  /** Only messages of this number. */
  @ApiProperty({ required: false })
  @IsOptional()
  @Matches(/^\d{1,32}$/, { message: 'phone_number_id must be an id of Meta: digits only' })
  phone_number_id?: string;
}

/** What happened to a message, and how to go on after it. */
export interface StatusNews {
  readonly event: EventView;
  readonly resume_token: string;
}
