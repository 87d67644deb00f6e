import { describe, expect, it } from '@jest/globals';
import { ConfigError, loadConfig } from './load-config.js';
import { SETTINGS, type Setting } from './settings.js';

const KEY = Buffer.alloc(32, 7).toString('base64');
const ROWS = Object.values<Setting<unknown>>(SETTINGS);

/** What production needs at the least. */
const PRODUCTION = {
  NODE_ENV: 'production',
  ENCRYPTION_KEYS: `k1:${KEY}`,
  API_KEY_PEPPER: 'a-pepper-of-our-own',
};

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('the defaults', () => {
  it('load without any environment', () => {
    const config = loadConfig({});
    expect(config).toMatchObject({ roles: 'all', environment: 'development', httpPort: 3000, corsOrigins: [] });
    expect(config.databaseUrl).toBeUndefined();
    expect(config.adminApiKey).toBeUndefined();
  });

  it('stand for empty variables too', () => {
    const empty = Object.fromEntries(ROWS.map((row) => [row.env, '']));
    expect(loadConfig(empty)).toEqual(loadConfig({}));
  });

  it('cannot be changed once they are read', () => {
    expect(Object.isFrozen(loadConfig({}))).toBe(true);
  });

  it('have one variable each, and a word on what each does', () => {
    expect(new Set(ROWS.map((row) => row.env)).size).toBe(ROWS.length);
    for (const row of ROWS) expect(row.doc.length).toBeGreaterThan(10);
  });
});

describe('a wrong environment', () => {
  it('is told of as a whole, so that it is mended in one go', () => {
    const problems = problemsOf({
      ROLES: 'boss',
      HTTP_PORT: '70000',
      DATABASE_URL: 'mysql://localhost',
      ENCRYPTION_KEYS: 'k1:short',
      GRAPH_API_VERSION: '25',
      LEASE_MS: '1000',
      CRASH_AT: 'armed:1',
    });
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
      'ROLES',
      'HTTP_PORT',
      'DATABASE_URL',
      'GRAPH_API_VERSION',
      'ENCRYPTION_KEYS',
      'GRAPH_TIMEOUT_MS',
      'CRASH_AT',
    ]);
  });

  it('shows every problem in the message of the error', () => {
    expect(() => loadConfig({ ROLES: 'boss', LOG_LEVEL: 'loud' })).toThrow(
      /ROLES must be one of api, worker, all.*; LOG_LEVEL must be one of/,
    );
  });

  it('wants everything that a bucket needs, once one is named', () => {
    expect(problemsOf({ S3_BUCKET: 'files' }).map((problem) => problem.split(' ')[0])).toEqual([
      'S3_ENDPOINT',
      'S3_ACCESS_KEY_ID',
      'S3_SECRET_ACCESS_KEY',
    ]);
  });

  it('never shows a secret, nor a part of one', () => {
    const canary = 'CANARY-4711';
    const broken = {
      DATABASE_URL: `mysql://user:${canary}@host`,
      ENCRYPTION_KEYS: `k1:${canary}`,
      API_KEY_PEPPER: canary,
      ADMIN_API_KEY: canary,
      S3_SECRET_ACCESS_KEY: canary,
      HTTP_PORT: 'x',
    };
    const problems = problemsOf(broken);
    expect(problems).toHaveLength(6);
    expect(problems.join()).not.toContain('CANARY');
    const secrets = ROWS.filter((row) => row.isSecret === true).map((row) => row.env);
    expect(Object.keys(broken)).toEqual(expect.arrayContaining(secrets.filter((env) => env !== 'NATS_URL')));
  });

  it.each([
    ['15000', '15000', ['GRAPH_TIMEOUT_MS']],
    ['14999', '15000', []],
  ])('has a send that waits %s ms under a lease of %s ms: %j', (timeout, lease, wrong) => {
    const problems = problemsOf({ GRAPH_TIMEOUT_MS: timeout, LEASE_MS: lease });
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual(wrong);
  });

  it.each(['development', 'production'])('has a crash point in %s', (environment) => {
    expect(problemsOf({ ...PRODUCTION, NODE_ENV: environment, CRASH_AT: 'armed:1' })).toEqual([
      'CRASH_AT must not be set unless NODE_ENV is test',
    ]);
  });

  it('does not have a crash point in a test', () => {
    expect(loadConfig({ NODE_ENV: 'test', CRASH_AT: 'armed:2' }).crashAt).toBe('armed:2');
  });
});

describe('production', () => {
  it('starts with secrets of its own', () => {
    expect(loadConfig(PRODUCTION)).toMatchObject({
      environment: 'production',
      graphBaseUrl: 'https://graph.facebook.com',
    });
  });

  it('refuses every secret that is the default, given or not', () => {
    const unsafe = ROWS.filter((row) => row.unsafeDefault === true);
    expect(unsafe.map((row) => row.env)).toEqual(['ENCRYPTION_KEYS', 'API_KEY_PEPPER']);
    const asked = Object.fromEntries(unsafe.map((row) => [row.env, row.fallback ?? '']));
    for (const env of [{ NODE_ENV: 'production' }, { NODE_ENV: 'production', ...asked }]) {
      expect(problemsOf(env)).toEqual([
        'ENCRYPTION_KEYS must be set to a secret of your own in production',
        'API_KEY_PEPPER must be set to a secret of your own in production',
      ]);
    }
  });

  it.each([
    'http://graph.example.com',
    'http://localhost.example.com',
    'HTTP://graph.example.com',
    ' http://graph.example.com',
  ])('refuses the Graph API at %j', (url) => {
    expect(problemsOf({ ...PRODUCTION, GRAPH_BASE_URL: url })).toHaveLength(1);
  });

  it.each(['https://graph.example.com', 'http://localhost:4010', 'http://127.0.0.1:4010', 'http://[::1]:4010'])(
    'accepts the Graph API at %j',
    (url) => {
      expect(problemsOf({ ...PRODUCTION, GRAPH_BASE_URL: url })).toEqual([]);
    },
  );

  it('refuses to fetch from private networks what others name', () => {
    expect(problemsOf({ ...PRODUCTION, FETCH_PRIVATE: 'on' })).toHaveLength(1);
    expect(problemsOf({ FETCH_PRIVATE: 'on' })).toEqual([]);
  });

  it('refuses to go without checking certificates', () => {
    expect(problemsOf({ ...PRODUCTION, NODE_TLS_REJECT_UNAUTHORIZED: '0' })).toHaveLength(1);
    expect(problemsOf({ NODE_TLS_REJECT_UNAUTHORIZED: '0' })).toEqual([]);
  });
});
