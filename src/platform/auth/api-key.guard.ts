import { type CanActivate, createParamDecorator, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { callOf } from '../transport/wire-call.js';
import { Authenticator, authenticateFor, type Tenant, tenantOf } from './principal.js';
import type { ScopeName } from './scopes.js';

const SCOPE = Symbol('scope');
const PUBLIC = Symbol('public');

/** Names the scope that an operation needs, such as `messages:write`. Every operation has one, or is `Public`. */
export const Scope = (scope: ScopeName) => SetMetadata(SCOPE, scope);

/** Opens an operation to everybody: health, metrics, documentation. */
export const Public = () => SetMetadata(PUBLIC, true);

/** Gives a handler the tenant that the API key speaks for. */
export const CurrentTenant = createParamDecorator((_: unknown, context: ExecutionContext): Tenant => {
  return tenantOf(callOf(context).principal);
});

/** Lets a call through, on any wire, when its API key has the scope that the operation names. An operation without one is closed. */
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
    const call = callOf(context);
    const scope = this.reflector.getAllAndOverride<string | undefined>(SCOPE, places);
    call.principal = await authenticateFor(this.authenticator, call.authorization, scope);
    return true;
  }
}
