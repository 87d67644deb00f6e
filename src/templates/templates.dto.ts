import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { anyObject } from '../core/shape/object-shape.js';
import { FieldErrorView } from '../platform/http/api-problem.js';
import { Shaped } from '../platform/http/shaped.js';

/** A template as Meta's create call takes it; what is wrong with it is the linter's to say. */
@Shaped({
  ...anyObject(),
  schema: {
    type: 'object',
    description: "A template as Meta's create call takes it.",
    properties: {
      name: { type: 'string' },
      language: { type: 'string', example: 'en_US' },
      category: { type: 'string', enum: ['AUTHENTICATION', 'MARKETING', 'UTILITY'] },
      components: { type: 'array', items: { type: 'object' } },
    },
    additionalProperties: true,
  },
})
export class LintTemplateDto {
  [field: string]: unknown;
}

/** A template to submit: as Meta's create call takes it, and the account that it is for. */
@Shaped({
  ...anyObject(),
  schema: {
    type: 'object',
    description: "A template as Meta's create call takes it, and `waba_id`: the account that it is for.",
    properties: {
      waba_id: { type: 'string', example: '102290129340398' },
      name: { type: 'string', example: 'order_shipped' },
      language: { type: 'string', example: 'en_US' },
      category: { type: 'string', enum: ['AUTHENTICATION', 'MARKETING', 'UTILITY'] },
      components: { type: 'array', items: { type: 'object' } },
    },
    required: ['waba_id', 'name', 'language', 'category', 'components'],
    additionalProperties: true,
  },
})
export class CreateTemplateDto {
  [field: string]: unknown;
}

/** Most components of a template: header, body, footer, buttons, carousel, offer and what Meta may add. */
const MOST_TEMPLATE_COMPONENTS = 20;

/** What to change of a template. What is not given stays; `components` replaces all of them. */
export class EditTemplateDto {
  @ApiProperty({ required: false, enum: ['AUTHENTICATION', 'MARKETING', 'UTILITY'] })
  @IsOptional()
  @IsIn(['AUTHENTICATION', 'MARKETING', 'UTILITY'], {
    message: 'category must be AUTHENTICATION, MARKETING or UTILITY',
  })
  category?: string;

  /** As in Meta's create call. */
  @ApiProperty({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    required: false,
    maxItems: MOST_TEMPLATE_COMPONENTS,
  })
  @IsOptional()
  @IsArray({ message: 'components must be a list' })
  @ArrayMaxSize(MOST_TEMPLATE_COMPONENTS, { message: `components must be at most ${MOST_TEMPLATE_COMPONENTS}` })
  @IsObject({ each: true, message: 'components must be objects' })
  components?: object[];

  @ApiProperty({ required: false, enum: ['NAMED', 'POSITIONAL'] })
  @IsOptional()
  @IsIn(['NAMED', 'POSITIONAL'], { message: 'parameter_format must be NAMED or POSITIONAL' })
  parameter_format?: string;

  /** For how long Meta tries to deliver a message of it, in seconds. */
  @ApiProperty({ required: false, type: 'integer' })
  @IsOptional()
  @IsInt({ message: 'message_send_ttl_seconds must be a whole number' })
  message_send_ttl_seconds?: number;
}

/** Which template, and what to change of it: the path and the body of REST in one. */
export class EditTemplateCommandDto extends EditTemplateDto {
  @Matches(/^\d{5,32}$/, { message: 'id must be an id of Meta: 5 to 32 digits' })
  id: string;
}

/** What the linter says about one place of a template. */
export class FindingView {
  /** Name of the rule, stable. */
  @ApiProperty({ example: 'variable_at_edge' })
  rule: string;
  /** `error`: Meta refuses it. `warning`: a review may. */
  @ApiProperty({ enum: ['error', 'warning'] })
  severity: 'error' | 'warning';
  /** JSON pointer into the template. */
  @ApiProperty({ example: '/components/0/text' })
  pointer: string;
  @ApiProperty()
  message: string;
  /** What to do about it. */
  @ApiProperty()
  fix: string;
  /** Where the rule is from. */
  @ApiProperty()
  source: string;
}

/** Everything that the linter says about a template. */
export class LintView {
  @ApiProperty({ type: () => [FindingView] })
  findings: FindingView[];
}

/** Which template is meant. */
export class TemplateIdParam {
  /** Meta's ids have about 15 digits. */
  @ApiProperty({ pattern: '^[0-9]{5,32}$' })
  @Matches(/^\d{5,32}$/, { message: 'id must be an id of Meta: 5 to 32 digits' })
  id: string;
}

/** Which templates to list. */
export class ListTemplatesQuery {
  @ApiProperty({ required: false })
  @IsOptional()
  @Matches(/^\d{1,32}$/, { message: 'waba_id must be an id of Meta: digits only' })
  waba_id?: string;

  @ApiProperty({ required: false, example: 'order_shipped' })
  @IsOptional()
  @Matches(/^[a-z0-9_]{1,512}$/, { message: 'name must be lower-case letters, digits and underscores' })
  name?: string;

  @ApiProperty({ required: false, example: 'en_US' })
  @IsOptional()
  @Matches(/^[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,4}){0,2}$/, { message: 'language must be a language code such as en_US' })
  language?: string;

  @ApiProperty({ required: false, description: "Meta's word, such as APPROVED or PAUSED." })
  @IsOptional()
  @Matches(/^[A-Z_]{1,64}$/, { message: 'status must be a word of Meta’s such as APPROVED' })
  status?: string;

  @ApiProperty({ required: false, description: 'AUTHENTICATION, MARKETING or UTILITY.' })
  @IsOptional()
  @Matches(/^[A-Z_]{1,64}$/, { message: 'category must be a word of Meta’s such as UTILITY' })
  category?: string;

  @ApiProperty({ required: false, type: 'integer', minimum: 1, maximum: 200, default: 50 })
  @IsOptional()
  @Type(() => Number)
  @IsInt({ message: 'page_size must be a whole number' })
  @Min(1, { message: 'page_size must be at least 1' })
  @Max(200, { message: 'page_size must be at most 200' })
  page_size?: number;

  @ApiProperty({ required: false, description: 'The `next_page_token` of the page before.' })
  @IsOptional()
  @IsString()
  @MaxLength(800)
  page_token?: string;
}

/** A template as Meta has it, as far as we know. */
export class TemplateView {
  /** Meta's id. */
  @ApiProperty({ example: '1689556908129832' })
  id: string;
  @ApiProperty()
  waba_id: string;
  @ApiProperty()
  name: string;
  @ApiProperty({ example: 'en_US' })
  language: string;
  /** APPROVED, PENDING, REJECTED, PAUSED, DISABLED, DELETED, …: an open set; null until it is known. */
  @ApiProperty({ type: String, nullable: true })
  status: string | null;
  @ApiProperty({ type: String, nullable: true })
  category: string | null;
  /** GREEN, YELLOW, RED or UNKNOWN. */
  @ApiProperty({ type: String, nullable: true })
  quality_score: string | null;
  /** POSITIONAL or NAMED. */
  @ApiProperty({ type: String, nullable: true })
  parameter_format: string | null;
  /** As the Graph API gives them. */
  @ApiProperty({ type: 'array', items: { type: 'object', additionalProperties: true }, nullable: true })
  components: object[] | null;
  @ApiProperty({ type: String, nullable: true })
  rejected_reason: string | null;
  /** When it was last read from Meta. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  synced_at: string | null;
  /** When it last changed here. */
  @ApiProperty({ format: 'date-time' })
  updated_at: string;
}

/** Templates of a portfolio. */
export class TemplatePage {
  @ApiProperty({ type: () => [TemplateView] })
  templates: TemplateView[];
  /** Empty on the last page. */
  @ApiProperty()
  next_page_token: string;
}

/** Something that changed of a template. */
export class TemplateChangeView {
  @ApiProperty({ enum: ['status', 'category', 'quality_score'] })
  field: string;
  @ApiProperty({ type: String, nullable: true })
  before: string | null;
  @ApiProperty({ type: String, nullable: true })
  after: string | null;
  /** Meta's reason for a state. */
  @ApiProperty({ type: String, nullable: true })
  reason: string | null;
  @ApiProperty({ enum: ['poll', 'webhook'] })
  source: string;
  /** When it became known here. */
  @ApiProperty({ format: 'date-time' })
  changed_at: string;
}

/** A template with its history. */
export class TemplateDetailView extends TemplateView {
  /** The oldest first; the last 1,000 changes. */
  @ApiProperty({ type: () => [TemplateChangeView] })
  history: TemplateChangeView[];
}

/** What reading the templates of one WABA came to. */
export class WabaSyncView {
  @ApiProperty()
  waba_id: string;
  /** `none`: Meta has no templates to show. `failed`: Meta refused or did not answer; what was known stays. */
  @ApiProperty({ enum: ['synced', 'none', 'failed'] })
  result: string;
  /** How many were read. */
  @ApiProperty({ type: 'integer' })
  templates: number;
}

/** What a sync came to. */
export class TemplateSyncView {
  @ApiProperty({ type: () => [WabaSyncView] })
  wabas: WabaSyncView[];
}

/** Most components of one message; a template with everything has 15. */
const MOST_COMPONENTS = 20;

/** What a message would fill into a template. */
export class PreviewTemplateDto {
  /** As in the `template` of a message. */
  @ApiProperty({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    required: false,
    maxItems: MOST_COMPONENTS,
    example: [{ type: 'body', parameters: [{ type: 'text', text: 'Pablo' }] }],
  })
  @IsOptional()
  @IsArray({ message: 'components must be a list' })
  @ArrayMaxSize(MOST_COMPONENTS, { message: `components must be at most ${MOST_COMPONENTS}` })
  @IsObject({ each: true, message: 'components must be objects' })
  components?: object[];
}

/** Which template, and what to fill in: the path and the body of REST in one. */
export class PreviewTemplateCommandDto extends PreviewTemplateDto {
  @Matches(/^\d{5,32}$/, { message: 'id must be an id of Meta: 5 to 32 digits' })
  id: string;
}

/** A header as the person would see it. */
export class PreviewHeaderView {
  /** text, image, video, document, location, …: an open set. */
  @ApiProperty({ example: 'text' })
  format: string;
  /** Null for what is no text. */
  @ApiProperty({ type: String, nullable: true })
  text: string | null;
}

/** A button as the person would see it. */
export class PreviewButtonView {
  /** Meta's word, such as URL. */
  @ApiProperty({ example: 'URL' })
  type: string;
  @ApiProperty({ type: String, nullable: true })
  text: string | null;
  /** The address, the phone number or the code; null when it has none. */
  @ApiProperty({ type: String, nullable: true })
  value: string | null;
}

/** A card of a carousel as the person would see it. */
export class PreviewCardView {
  @ApiProperty({ type: () => PreviewHeaderView, nullable: true })
  header: PreviewHeaderView | null;
  @ApiProperty({ type: String, nullable: true })
  body: string | null;
  @ApiProperty({ type: String, nullable: true })
  footer: string | null;
  @ApiProperty({ type: () => [PreviewButtonView] })
  buttons: readonly PreviewButtonView[];
}

/** A parameter that is missing, or that the template does not want. */
export class ParameterGapView {
  @ApiProperty({ example: '/components/0/text' })
  pointer: string;
  /** The variable, or what else is meant: the kind of a header, coupon_code, button, card. */
  @ApiProperty({ example: '1' })
  name: string;
}

/** A template with the values of a message. */
export class TemplatePreviewView extends PreviewCardView {
  @ApiProperty({ type: () => [PreviewCardView] })
  cards: readonly PreviewCardView[];
  /** Variables without a value, which stay as they are written; pointers are into the template. */
  @ApiProperty({ type: () => [ParameterGapView] })
  missing: readonly ParameterGapView[];
  /** Values that the template does not want; pointers are into what was given. */
  @ApiProperty({ type: () => [ParameterGapView] })
  superfluous: readonly ParameterGapView[];
  /** What Meta would refuse of a message with these components; empty when nothing. */
  @ApiProperty({ type: () => [FieldErrorView] })
  errors: readonly FieldErrorView[];
  /** Why no message of the template can be sent now; null when it can. */
  @ApiProperty({ type: String, nullable: true, example: 'it is paused by Meta for its quality (PAUSED)' })
  not_sendable: string | null;
}

/** A template that was submitted for review, or was there already as it is wanted. */
export class CreatedTemplateView {
  /** Meta's id. */
  @ApiProperty({ example: '1689556908129832' })
  id: string;
  @ApiProperty()
  waba_id: string;
  /** PENDING until Meta has reviewed it, which may take a day or more; an open set. */
  @ApiProperty({ type: String, nullable: true, example: 'PENDING' })
  status: string | null;
  /** Meta may choose another one than was wanted. */
  @ApiProperty({ type: String, nullable: true, example: 'UTILITY' })
  category: string | null;
  /** The account had this very template: nothing was submitted, or an earlier call was whose answer was lost. */
  @ApiProperty()
  already_there: boolean;
  /** What Meta's review may turn down. */
  @ApiProperty({ type: () => [FindingView] })
  advice: FindingView[];
}
