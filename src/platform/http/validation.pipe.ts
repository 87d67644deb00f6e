import { ValidationPipe } from '@nestjs/common';
import { type FieldError, GatewayError } from '../../core/gateway-error.js';
import { faultsOf, type Shape } from '../../core/shape/shape.js';
import { findOddShape } from '../../core/text/odd-shape.js';
import { findUnstorable } from '../../core/text/well-formed.js';
import { fieldErrors } from './field-errors.js';
import { shapeOf } from './shaped.js';

/**
 * Turns what came over a wire into its DTO, or refuses it with every field and rule that is broken. Unknown fields are
 * refused too: a misspelt option that is silently ignored costs its sender more than an error.
 */
export class GatewayValidationPipe extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      exceptionFactory: (problems) => invalid(fieldErrors(problems)),
    });
  }

  /** Checks first what the DTOs cannot: names and depth that mislead a validator, and texts that cannot be stored. */
  override async transform(value: unknown, metadata: Parameters<ValidationPipe['transform']>[1]): Promise<unknown> {
    const problem = metadata.type === 'custom' ? null : (findOddShape(value) ?? unstorable(value));
    if (problem !== null) throw new GatewayError('invalid_request', problem.detail, { errors: [problem] });
    const shape = shapeOf(metadata.metatype);
    return shape === undefined ? super.transform(value, metadata) : readShaped(shape, value, metadata.metatype);
  }
}

/** The value as an instance of its DTO; its parts are those that came, untouched. */
function readShaped(shape: Shape, value: unknown, dto: unknown): object {
  const errors = faultsOf(shape, value);
  if (errors.length > 0) throw invalid(errors);
  return Object.assign(new (dto as new () => object)(), value);
}

function invalid(errors: readonly FieldError[]): GatewayError {
  return new GatewayError('invalid_request', errors.map((e) => e.detail).join('; '), { errors });
}

/** PostgreSQL cannot hold U+0000, and an unpaired surrogate has no UTF-8 form. */
function unstorable(value: unknown): FieldError | null {
  const pointer = findUnstorable(value);
  return pointer === null ? null : { pointer, detail: 'text must not contain U+0000 or unpaired surrogates' };
}
