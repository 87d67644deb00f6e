import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsIn, IsObject, IsOptional, IsString, Matches, ValidateNested } from 'class-validator';

/** The language that a template is sent in. */
export class TemplateLanguage {
  /** Exactly the code under which the template was approved: `en` is not `en_US` (Meta, error 132001). */
  @ApiProperty({ example: 'en_US', description: 'Exactly the code under which the template was approved.' })
  @IsString()
  @Matches(/^[a-z]{2,3}(_[A-Za-z0-9]{2,4}){0,2}$/, { message: 'code must be a language code such as en_US' })
  code: string;

  @ApiProperty({ required: false, enum: ['deterministic'] })
  @IsOptional()
  @IsIn(['deterministic'], { message: 'policy must be deterministic' })
  policy?: 'deterministic';
}

/** Content of a `template` message (Cloud API, "Message templates"). */
export class TemplateContent {
  /** Name of an approved template: lower-case letters, digits and underscores, up to 512. */
  @ApiProperty({
    example: 'order_shipped',
    description: 'Name of an approved template.',
    pattern: '^[a-z0-9_]{1,512}$',
  })
  @IsString()
  @Matches(/^[a-z0-9_]{1,512}$/, { message: 'name must be 1 to 512 lower-case letters, digits or underscores' })
  name: string;

  @ApiProperty({ type: () => TemplateLanguage })
  @IsObject({ message: 'language must be an object with a code' })
  @ValidateNested()
  @Type(() => TemplateLanguage)
  language: TemplateLanguage;

  /** Values of the template's variables, in Meta's own shape. */
  @ApiProperty({
    required: false,
    type: 'array',
    items: { type: 'object' },
    maxItems: 20,
    description: "Values of the template's variables, in Meta's own shape.",
  })
  @IsOptional()
  @IsArray({ message: 'components must be a list' })
  @ArrayMaxSize(20)
  @IsObject({ each: true, message: 'each component must be an object' })
  components?: Record<string, unknown>[];
}
