import { type GatewayConfig, SETTINGS, type Setting } from './settings.js';

/** Thrown once with everything that is wrong, so that an operator mends it in one go. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`Invalid configuration: ${problems.join('; ')}`);
    this.name = 'ConfigError';
  }
}

/** Reads the settings from an environment. Throws one ConfigError that lists every problem. */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): GatewayConfig {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, row] of Object.entries<Setting<unknown>>(SETTINGS)) {
    const given = env[row.env] === '' ? undefined : env[row.env];
    try {
      values[name] = row.parse(given ?? row.fallback);
    } catch (error) {
      problems.push(`${row.env} must ${(error as Error).message}`);
    }
  }
  const config = values as GatewayConfig;
  problems.push(...crossChecks(config, env));
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(config);
}

/** Rules over more than one setting. */
function crossChecks(config: GatewayConfig, env: Readonly<Record<string, string | undefined>>): string[] {
  const problems: string[] = [];
  if (config.graphTimeoutMs >= config.leaseMs) {
    problems.push('GRAPH_TIMEOUT_MS must be below LEASE_MS, else a lane can move while its sends are still waiting');
  }
  if (config.crashAt !== undefined && config.environment !== 'test') {
    problems.push('CRASH_AT must not be set unless NODE_ENV is test');
  }
  if (config.s3Bucket !== undefined) {
    const needed = { S3_ENDPOINT: config.s3Endpoint, S3_ACCESS_KEY_ID: config.s3AccessKeyId };
    for (const [name, value] of Object.entries({ ...needed, S3_SECRET_ACCESS_KEY: config.s3SecretAccessKey })) {
      if (value === undefined) problems.push(`${name} must be set, because S3_BUCKET is`);
    }
  }
  if (config.environment === 'production') problems.push(...productionChecks(config, env));
  return problems;
}

function productionChecks(config: GatewayConfig, env: Readonly<Record<string, string | undefined>>): string[] {
  const problems = Object.values<Setting<unknown>>(SETTINGS)
    .filter((row) => row.unsafeDefault === true && ((env[row.env] ?? '') === '' || env[row.env] === row.fallback))
    .map((row) => `${row.env} must be set to a secret of your own in production`);
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(hostOf(config.graphBaseUrl));
  if (config.graphBaseUrl?.startsWith('http:') && !isLoopback) {
    problems.push('GRAPH_BASE_URL must be https in production unless it is loopback');
  }
  if (config.fetchPrivate === 'on') {
    problems.push('FETCH_PRIVATE must not be on in production: callers could reach your private network');
  }
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
    problems.push('NODE_TLS_REJECT_UNAUTHORIZED must not switch certificate checks off in production');
  }
  return problems;
}

function hostOf(url: string | undefined): string {
  return url !== undefined && URL.canParse(url) ? new URL(url).hostname : '';
}
