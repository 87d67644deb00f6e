import { createHmac, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../core/clock.js';
import { Authenticator, type Principal } from '../platform/auth/principal.js';
import type { GatewayConfig } from '../platform/config/settings.js';
import { Db } from '../platform/db/db.js';
import { CLOCK, CONFIG } from '../platform/tokens.js';
import * as store from './accounts.store.js';

/** How long a verdict on a key is remembered, and so how long a revoked one may still work. */
const REMEMBER_MS = 5000;
const MOST_REMEMBERED = 10_000;

interface Verdict {
  readonly principal: Principal | null;
  readonly untilMs: number;
}

/**
 * Knows API keys by their HMAC-SHA256 under a pepper: keys are long and random, so a slow hash would protect nothing
 * and only cost time on every request. A revoked key stops working within five seconds on every replica.
 */
@Injectable()
export class ApiKeysService extends Authenticator {
  private readonly verdicts = new Map<string, Verdict>();

  constructor(
    private readonly db: Db,
    @Inject(CONFIG) private readonly config: GatewayConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    super();
  }

  /** What is stored of a key. */
  hash(key: string): Buffer {
    return createHmac('sha256', this.config.apiKeyPepper).update(key).digest();
  }

  /** Whom a key speaks for, or null. */
  async authenticate(key: string): Promise<Principal | null> {
    const keyHash = this.hash(key);
    if (this.isAdmin(keyHash)) return { kind: 'operator' };
    const id = keyHash.toString('base64');
    const nowMs = this.clock.monotonicMs();
    const known = this.verdicts.get(id);
    if (known !== undefined && known.untilMs > nowMs) return known.principal;
    const row = await store.findApiKey(this.db, keyHash);
    const principal: Principal | null =
      row === null
        ? null
        : { kind: 'tenant', portfolioId: row.portfolio_id, keyId: row.id, scopes: new Set(row.scopes) };
    if (this.verdicts.size >= MOST_REMEMBERED) this.verdicts.clear();
    this.verdicts.set(id, { principal, untilMs: nowMs + REMEMBER_MS });
    if (row !== null) await store.touchApiKeys(this.db, [row.id]);
    return principal;
  }

  private isAdmin(keyHash: Buffer): boolean {
    const { adminApiKey } = this.config;
    return adminApiKey !== undefined && timingSafeEqual(this.hash(adminApiKey), keyHash);
  }
}
