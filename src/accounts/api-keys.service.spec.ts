import 'reflect-metadata';
import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../platform/config/load-config.js';
import type { Db } from '../platform/db/db.js';
import { ApiKeysService } from './api-keys.service.js';

const ADMIN = 'operator-key-operator-key-operator';
const LIVE = 'live-key';

describe('API keys', () => {
  let nowMs = 0;
  let isRevoked = false;
  let lookups = 0;
  let keys: ApiKeysService;

  beforeEach(() => {
    nowMs = 1000;
    isRevoked = false;
    lookups = 0;
    const config = loadConfig({ ADMIN_API_KEY: ADMIN, API_KEY_PEPPER: 'a-pepper-of-a-test' });
    // Stands for the table: it knows one key by its hash only.
    const table = {
      rows: async (_: string, [hash]: readonly [Buffer]) => {
        lookups += 1;
        const isKnown = !isRevoked && hash.equals(keys.hash(LIVE));
        return isKnown ? [{ id: 'k', portfolio_id: 'p', name: 'crm', scopes: ['messages:*'] }] : [];
      },
      run: async () => 1,
    };
    const clock = { now: () => new Date(0), monotonicMs: () => nowMs };
    keys = new ApiKeysService(table as unknown as Db, config, clock);
  });

  it('are kept as an HMAC under the pepper', () => {
    expect(keys.hash(LIVE)).toEqual(createHmac('sha256', 'a-pepper-of-a-test').update(LIVE).digest());
  });

  it('speak for their portfolio with their scopes', async () => {
    expect(await keys.authenticate(LIVE)).toEqual({
      kind: 'tenant',
      portfolioId: 'p',
      keyId: 'k',
      scopes: new Set(['messages:*']),
    });
  });

  it.each(['', 'live-ke', 'live-key ', 'LIVE-KEY', `${ADMIN}x`])(
    'that are not known speak for nobody: %j',
    async (key) => {
      expect(await keys.authenticate(key)).toBeNull();
    },
  );

  it('of the operator need no table', async () => {
    expect(await keys.authenticate(ADMIN)).toEqual({ kind: 'operator' });
    expect(lookups).toBe(0);
  });

  it('are looked up once in five seconds, known or not', async () => {
    for (const key of [LIVE, LIVE, 'nobody', 'nobody']) await keys.authenticate(key);
    expect(lookups).toBe(2);
  });

  it('stop working within five seconds after they were revoked', async () => {
    await keys.authenticate(LIVE);
    isRevoked = true;
    nowMs += 5000;
    expect(await keys.authenticate(LIVE)).toBeNull();
  });

  it('open nothing for the operator when there is no operator', async () => {
    const none = new ApiKeysService({ rows: async () => [] } as unknown as Db, loadConfig({}), {
      now: () => new Date(0),
      monotonicMs: () => 0,
    });
    for (const key of ['', 'undefined', ADMIN]) expect(await none.authenticate(key)).toBeNull();
  });
});
