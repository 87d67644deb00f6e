import { GatewayError } from '../../core/gateway-error.js';

/** Whom a request speaks for. */
export type Principal =
  | { readonly kind: 'operator' }
  | {
      readonly kind: 'tenant';
      readonly portfolioId: string;
      readonly keyId: string;
      readonly scopes: ReadonlySet<string>;
    };

/** A principal that acts for one portfolio. */
export type Tenant = Extract<Principal, { kind: 'tenant' }>;

/** Turns an API key into a principal; accounts provides it, every transport uses it. */
export abstract class Authenticator {
  /** Null when no live key matches. Throws only when the database is away. */
  abstract authenticate(key: string): Promise<Principal | null>;
}

/** Tells whether a principal may do what `scope` (such as `messages:write`) names. */
export function hasScope(principal: Principal, scope: string): boolean {
  if (principal.kind === 'operator') return true;
  const [area = ''] = scope.split(':');
  return principal.scopes.has('*') || principal.scopes.has(scope) || principal.scopes.has(`${area}:*`);
}

/** The key of an `Authorization: Bearer …` value, or null. */
export function bearerOf(header: string | undefined): string | null {
  const match = /^Bearer +([\x21-\x7e]{1,512})$/i.exec(header ?? '');
  return match?.[1] ?? null;
}

/**
 * Whom a credential speaks for, when it is a live key with the scope. Throws `unauthenticated` or `forbidden`; an
 * operation without a scope (undefined) is closed to everybody.
 */
export async function authenticateFor(
  authenticator: Authenticator,
  authorization: string | undefined,
  scope: string | undefined,
): Promise<Principal> {
  const key = bearerOf(authorization);
  const principal = key === null ? null : await authenticator.authenticate(key);
  if (principal === null) {
    throw new GatewayError('unauthenticated', 'Give a live API key in the header Authorization: Bearer <key>.');
  }
  if (scope === undefined || !hasScope(principal, scope)) {
    throw new GatewayError('forbidden', `This operation needs an API key with the scope ${scope ?? 'of an operator'}.`);
  }
  return principal;
}

/** The tenant that a principal acts for. Throws `forbidden` for the operator, who has no messages. */
export function tenantOf(principal: Principal | undefined): Tenant {
  if (principal?.kind === 'tenant') return principal;
  throw new GatewayError('forbidden', 'This operation needs the API key of a portfolio.');
}
