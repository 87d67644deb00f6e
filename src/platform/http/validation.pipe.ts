import { ValidationPipe } from '@nestjs/common';
import { type FieldError, GatewayError } from '../../core/gateway-error.js';
import { findOddShape } from '../../core/text/odd-shape.js';
import { findUnstorable } from '../../core/text/well-formed.js';
import { fieldErrors } from './field-errors.js';

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
      exceptionFactory: (problems) => {
        const errors = fieldErrors(problems);
        return new GatewayError('invalid_request', errors.map((e) => e.detail).join('; '), { errors });
      },
    });
  }

  /** Checks first what the DTOs cannot: names and depth that mislead a validator, and texts that cannot be stored. */
  override async transform(value: unknown, metadata: Parameters<ValidationPipe['transform']>[1]): Promise<unknown> {
    const problem = metadata.type === 'custom' ? null : (findOddShape(value) ?? unstorable(value));
    if (problem !== null) throw new GatewayError('invalid_request', problem.detail, { errors: [problem] });
    return super.transform(value, metadata);
  }
}

/** PostgreSQL cannot hold U+0000, and an unpaired surrogate has no UTF-8 form. */
function unstorable(value: unknown): FieldError | null {
  const pointer = findUnstorable(value);
  return pointer === null ? null : { pointer, detail: 'text must not contain U+0000 or unpaired surrogates' };
}
