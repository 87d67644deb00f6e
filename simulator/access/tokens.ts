import type { Stateful } from '../state/stateful.js';

/** What a token may be asked for. */
export const SCOPES = ['business_management', 'whatsapp_business_management', 'whatsapp_business_messaging'] as const;

/** One of SCOPES. */
export type Scope = (typeof SCOPES)[number];

/** An access token, as `debug_token` describes it (cloud-api.md §8). */
export interface AccessToken {
  readonly token: string;
  readonly type: 'SYSTEM_USER' | 'USER';
  readonly appId: string;
  readonly userId: string;
  readonly issuedAtMs: number;
  /** Undefined: never. */
  readonly expiresAtMs?: number;
  readonly isRevoked: boolean;
  readonly scopes: readonly Scope[];
  /** Accounts it reaches; undefined: all. A token holds the assets of the time it was issued. */
  readonly wabaIds?: readonly string[];
}

/** How a token fares. */
export type TokenVerdict =
  | { readonly is: 'expired'; readonly token: AccessToken }
  | { readonly is: 'good'; readonly token: AccessToken }
  | { readonly is: 'missing' }
  | { readonly is: 'revoked'; readonly token: AccessToken }
  | { readonly is: 'unknown' };

/** What the tokens begin with. */
export interface TokenBirth {
  /** The only good token beside the named ones; undefined: every token is good that is not named. */
  readonly accessToken?: string;
  readonly tokens: readonly AccessToken[];
  readonly appId: string;
  readonly userId: string;
}

/** The tokens of the platform. Knows no clock. */
export class Tokens implements Stateful {
  private named = new Map<string, AccessToken>();

  constructor(private readonly birth: TokenBirth) {
    this.reset();
  }

  /** How a token fares at an instant. */
  judge(token: string | undefined, atMs: number): TokenVerdict {
    if (token === undefined || token === '') return { is: 'missing' };
    const known = this.named.get(token) ?? this.unnamed(token);
    if (!known) return { is: 'unknown' };
    if (known.isRevoked) return { is: 'revoked', token: known };
    const isOver = known.expiresAtMs !== undefined && known.expiresAtMs <= atMs;
    return { is: isOver ? 'expired' : 'good', token: known };
  }

  /** Adds or replaces a token. */
  put(token: AccessToken): void {
    this.named.set(token.token, token);
  }

  /** Changes a token, whether it was named before or not; undefined when it never was a good one. */
  change(token: string, change: Partial<AccessToken>): AccessToken | undefined {
    const known = this.named.get(token) ?? this.unnamed(token);
    if (!known) return undefined;
    const changed = { ...known, ...change };
    this.named.set(token, changed);
    return changed;
  }

  reset(): void {
    this.named = new Map(this.birth.tokens.map((token) => [token.token, token]));
  }

  save(): unknown {
    return this.named;
  }

  load(saved: unknown): void {
    this.named = saved as Map<string, AccessToken>;
  }

  /** A token nobody named: a system user's, for ever, with every scope, as long as it may be one at all. */
  private unnamed(token: string): AccessToken | undefined {
    const { accessToken, appId, userId } = this.birth;
    if (accessToken !== undefined && token !== accessToken) return undefined;
    return { token, type: 'SYSTEM_USER', appId, userId, issuedAtMs: 0, isRevoked: false, scopes: SCOPES };
  }
}
