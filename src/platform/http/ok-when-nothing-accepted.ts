import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { map, type Observable } from 'rxjs';

/** Answers 200 instead of 202 when nothing was accepted: messages were only validated, or all of them were refused. */
export class OkWhenNothingAccepted implements NestInterceptor {
  /** Nest calls it around a handler. */
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      map((answer: { state?: unknown; accepted?: unknown }) => {
        if (answer.state === 'valid' || answer.accepted === 0) {
          context.switchToHttp().getResponse<FastifyReply>().status(200);
        }
        return answer;
      }),
    );
  }
}
