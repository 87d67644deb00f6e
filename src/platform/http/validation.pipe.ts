import { ValidationPipe } from '@nestjs/common';
import { GatewayError } from '../../core/gateway-error.js';
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

  /** Checks texts first: PostgreSQL cannot hold U+0000, and an unpaired surrogate has no UTF-8 form. */
  override async transform(value: unknown, metadata: Parameters<ValidationPipe['transform']>[1]): Promise<unknown> {
    const pointer = metadata.type === 'custom' ? null : findUnstorable(value);
    if (pointer !== null) {
      const detail = 'text must not contain U+0000 or unpaired surrogates';
      throw new GatewayError('invalid_request', detail, { errors: [{ pointer, detail }] });
    }
    return super.transform(value, metadata);
  }
}
