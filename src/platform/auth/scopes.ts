/** Everything that an API key can be given, one scope for each way of using an area. */
export const SCOPES = [
  'accounts:read',
  'accounts:write',
  'erasures:write',
  'events:read',
  'media:read',
  'media:write',
  'messages:read',
  'messages:write',
  'opt_outs:read',
  'opt_outs:write',
  'rate_limits:read',
  'rate_limits:write',
  'templates:read',
  'templates:write',
] as const;

/** A scope that an operation needs. */
export type ScopeName = (typeof SCOPES)[number];

/** Whether a scope of a key opens any operation: one of `SCOPES`, an area as a whole (`messages:*`), or `*`. */
export function opensAnything(scope: string): boolean {
  return scope === '*' || SCOPES.some((known) => known === scope || `${known.split(':')[0]}:*` === scope);
}
