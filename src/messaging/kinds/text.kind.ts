import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsOptional, IsString, Length } from 'class-validator';

/** Content of a `text` message (Cloud API, "Text messages"). */
export class TextContent {
  /** What the person reads; 1 to 4,096 characters. */
  @ApiProperty({ description: 'What the person reads.', minLength: 1, maxLength: 4096 })
  @IsString()
  @Length(1, 4096, { message: 'body must have 1 to 4096 characters' })
  body: string;

  /** Shows a preview of the first link in the body. */
  @ApiProperty({ required: false, description: 'Shows a preview of the first link in the body.' })
  @IsOptional()
  @IsBoolean()
  preview_url?: boolean;
}
