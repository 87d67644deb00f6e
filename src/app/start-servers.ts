import path from 'node:path';
import type { GatewayConfig } from '../platform/config/settings.js';
import { findNatsServer, startEmbeddedNats } from '../platform/embedded/embedded-nats.js';
import { startEmbeddedPostgres } from '../platform/embedded/embedded-postgres.js';

/** The servers that this process started for itself, and the configuration that points at them. */
export interface OwnServers {
  readonly config: GatewayConfig;
  stop(): Promise<void>;
}

/**
 * Starts what the configuration leaves to us: PostgreSQL when there is no DATABASE_URL, and then also NATS when a
 * `nats-server` is on the PATH. `NATS_URL=off` keeps the bus off.
 */
export async function startServers(config: GatewayConfig, env: NodeJS.ProcessEnv): Promise<OwnServers> {
  if (config.databaseUrl !== undefined) return { config, stop: async () => undefined };
  const postgres = await startEmbeddedPostgres({ dataDir: path.join(config.dataDir, 'postgres'), env });
  const wantsNats = config.natsUrl === undefined && config.environment !== 'production';
  const program = wantsNats ? findNatsServer(env.PATH ?? '') : null;
  const nats =
    program === null ? null : await startEmbeddedNats({ storeDir: path.join(config.dataDir, 'nats'), program, env });
  return {
    config: { ...config, databaseUrl: postgres.url, natsUrl: config.natsUrl ?? nats?.url },
    stop: async () => {
      await nats?.stop();
      await postgres.stop();
    },
  };
}
