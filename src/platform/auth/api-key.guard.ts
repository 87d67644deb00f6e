import { type CanActivate, createParamDecorator, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { GatewayError } from '../../core/gateway-error.js';
import { Authenticator, bearerOf, hasScope, type Principal, type Tenant } from './principal.js';

const SCOPE = Symbol('scope');
const PUBLIC = Symbol('public');

type AuthenticatedRequest = FastifyRequest & { principal?: Principal };

/** Names the scope that an operation needs, such as `messages:write`. Every operation has one, or is `Public`. */
export const Scope = (scope: string) => SetMetadata(SCOPE, scope);

/** Opens an operation to everybody: health, metrics, documentation. */
export const Public = () => SetMetadata(PUBLIC, true);

/** Gives a handler the tenant that the API key speaks for. */
export const CurrentTenant = createParamDecorator((_: unknown, context: ExecutionContext): Tenant => {
  const { principal } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  if (principal?.kind !== 'tenant')
    throw new GatewayError('forbidden', 'This operation needs the API key of a portfolio.');
  return principal;
});

/** Lets a call through when its API key has the scope that the operation names. An operation without one is closed. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authenticator: Authenticator,
  ) {}

  /** Nest asks it before every handler. */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const places = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean>(PUBLIC, places) === true) return true;
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const key = bearerOf(request.headers.authorization);
    const principal = key === null ? null : await this.authenticator.authenticate(key);
    if (principal === null) {
      throw new GatewayError('unauthenticated', 'Give a live API key in the header Authorization: Bearer <key>.');
    }
    const scope = this.reflector.getAllAndOverride<string | undefined>(SCOPE, places);
    if (scope === undefined || !hasScope(principal, scope)) {
      throw new GatewayError(
        'forbidden',
        `This operation needs an API key with the scope ${scope ?? 'of an operator'}.`,
      );
    }
    request.principal = principal;
    return true;
  }
}
