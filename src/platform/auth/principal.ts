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
