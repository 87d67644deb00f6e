import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { type Observable, throwError } from 'rxjs';
import { type GatewayError, toProblem } from '../../core/gateway-error.js';
import type { Logger } from '../observability/logger.js';
import { toGatewayError } from '../transport/to-gateway-error.js';

/** Sends an error as a problem document. */
export function sendProblem(reply: FastifyReply, error: GatewayError): void {
  if (error.retryAfterMs !== undefined) reply.header('retry-after', String(Math.ceil(error.retryAfterMs / 1000)));
  if (error.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer');
  reply
    .status(error.row.http)
    .header('content-type', 'application/problem+json')
    .send(JSON.stringify(toProblem(error)));
}

/**
 * Answers every error of a REST call with a problem document, and hands those of other wires to their server as the
 * GatewayError that they are; logs those that are ours, with their cause.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  /** Nest calls it for whatever a handler, guard or pipe throws. */
  catch(thrown: unknown, host: ArgumentsHost): Observable<never> | undefined {
    const error = toGatewayError(thrown);
    if (error.code === 'internal') this.logger.error({ err: thrown }, 'a request failed');
    if (host.getType() === 'rpc') return throwError(() => error);
    sendProblem(host.switchToHttp().getResponse<FastifyReply>(), error);
    return undefined;
  }
}
