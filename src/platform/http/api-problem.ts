import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiProperty, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { GATEWAY_ERRORS } from '../../core/gateway-error.js';

/** One offending field of a request. */
export class FieldErrorView {
  /** JSON pointer into the request. */
  @ApiProperty({ example: '/text/body' })
  pointer: string;
  @ApiProperty({ example: 'body must have 1 to 4096 characters' })
  detail: string;
}

/** What Meta said. */
export class MetaProblemView {
  @ApiProperty({ type: 'integer', description: "Meta's error code (docs/errors.md)." })
  code: number;
  @ApiProperty({ type: 'integer', nullable: true })
  subcode: number | null;
  @ApiProperty({ type: String, nullable: true })
  details: string | null;
  @ApiProperty({ type: String, nullable: true })
  fbtrace_id: string | null;
}

/** The shape of every error on REST (RFC 9457). */
export class ProblemView {
  @ApiProperty({ example: 'urn:heliograph:error:invalid_request' })
  type: string;
  @ApiProperty()
  title: string;
  @ApiProperty({ type: 'integer' })
  status: number;
  @ApiProperty()
  detail: string;
  /** Stable, and the same on every wire. */
  @ApiProperty({ enum: Object.keys(GATEWAY_ERRORS) })
  code: string;
  /** Whether the same request may succeed later. */
  @ApiProperty()
  retryable: boolean;
  @ApiProperty({ type: 'integer', required: false })
  retry_after_ms?: number;
  @ApiProperty({ type: () => [FieldErrorView], required: false })
  errors?: FieldErrorView[];
  /** Present when the error is Meta's. */
  @ApiProperty({ type: () => MetaProblemView, required: false })
  meta?: MetaProblemView;
}

/** Documents the statuses with which an operation may answer a problem document. */
export function ApiProblem(...statuses: number[]): MethodDecorator {
  const content = { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemView) } } };
  return applyDecorators(
    ApiExtraModels(ProblemView),
    ...statuses.map((status) => ApiResponse({ status, description: titleOf(status), content })),
  );
}

function titleOf(status: number): string {
  return Object.values(GATEWAY_ERRORS).find((row) => row.http === status)?.title ?? 'Error';
}
