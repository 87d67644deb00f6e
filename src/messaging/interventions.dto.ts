import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Matches,
  Min,
  ValidateNested,
} from 'class-validator';

/** How a message is to be sent once more. */
export class ResendMessageDto {
  /**
   * Only if the latest attempt is this one: a repetition of the call that comes late then changes nothing, instead of
   * making another copy.
   */
  @ApiProperty({ required: false, type: 'integer', minimum: 1 })
  @IsOptional()
  @IsInt({ message: 'after_attempt must be a whole number' })
  @Min(1, { message: 'after_attempt must be at least 1' })
  after_attempt?: number;
}

/** Which message is to be sent once more, and how: the path and the body of REST in one. */
export class ResendCommandDto extends ResendMessageDto {
  @IsUUID(undefined, { message: 'id must be a UUID' })
  id: string;
}

/** Shows the person that an answer is being written. */
export class TypingIndicatorDto {
  @ApiProperty({ enum: ['text'] })
  @IsIn(['text'], { message: 'type must be text' })
  type: 'text';
}

/** Which inbound message to mark as read. */
export class MarkReadDto {
  /** The business phone number that received it. */
  @ApiProperty({ example: '106540352242922' })
  @IsString()
  @Matches(/^\d{1,32}$/, { message: 'phone_number_id must be an id of Meta: digits only' })
  phone_number_id: string;

  /** Its wamid. Meta marks the earlier ones of the conversation as well. */
  @ApiProperty({ example: 'wamid.HBgLMTY1MDU1NTEyMzQVAgASGBQ', maxLength: 128 })
  @IsString()
  @Length(1, 128, { message: 'message_id must be the wamid of an inbound message' })
  message_id: string;

  /** Also shows that an answer is being written, until it comes or for 25 s. */
  @ApiProperty({ type: () => TypingIndicatorDto, required: false })
  @IsOptional()
  @IsObject({ message: 'typing_indicator must be an object' })
  @ValidateNested()
  @Type(() => TypingIndicatorDto)
  typing_indicator?: TypingIndicatorDto;
}

/** Meta marked it. */
export class MarkedReadView {
  @ApiProperty({ enum: [true] })
  success: true;
}
