import { setTimeout as delay } from 'node:timers/promises';
import { childEnvironment } from './child-environment.js';
import { clusterIn, ownerOf, prepareCluster, requireOwnData } from './cluster.js';
import { requireUnused } from './cluster-lock.js';
import { EmbeddedServerError } from './embedded-server-error.js';
import { freePort } from './free-port.js';
import { locatePostgres } from './postgres-binaries.js';
import { LaunchError, launchPostgres, type PostgresLaunch } from './postgres-launch.js';
import { ensureServiceDatabase, isPlainName, serviceUrl } from './service-database.store.js';
import type { ProcessExit, SupervisedProcess } from './supervised-process.js';
import { accountToDropTo } from './unprivileged-account.js';

/** How to start a PostgreSQL of our own. */
export interface EmbeddedPostgresOptions {
  /** Folder for the data; made when missing, used again when not. Nothing outside it is kept. */
  readonly dataDir: string;
  /** Database of the service, made when missing; lower-case letters, digits and `_`. Default `heliograph`. */
  readonly database?: string;
  /** Port on 127.0.0.1; a free one when absent. */
  readonly port?: number;
  /** Settings of postgresql.conf over ours, e.g. `{ fsync: 'off' }` in a test that may lose its data. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Gets every line of the server's log. */
  readonly log?: (line: string) => void;
  /** Our environment, of which Windows needs a few variables; unused elsewhere. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** How long the server may take to be ready, recovery after a crash included. Default 120 s. */
  readonly startTimeoutMs?: number;
}

/** A running PostgreSQL. */
export interface EmbeddedPostgres {
  /** Where the service connects: `postgres://heliograph@127.0.0.1:PORT/DATABASE`, a role without special rights. */
  readonly url: string;
  readonly port: number;
  /** Process id of the server. */
  readonly pid: number;
  /** E.g. 18.4. */
  readonly version: string;
  /** Resolves when the server has gone, whoever ended it; never rejects. */
  readonly exited: Promise<ProcessExit>;
  /** Fast shutdown: clients are cut off, data is flushed. Resolves when the server has gone; may be called again. */
  stop(): Promise<void>;
}

/**
 * Starts the PostgreSQL that npm has installed, on 127.0.0.1 only, with its data in `dataDir`. For development, tests and
 * small installations: every local process may connect, as any role. As root it runs under an unprivileged account of
 * the system. It never outlives this process, even if that is killed, and does not keep it alive either.
 *
 * Rejects with EmbeddedServerError when there are no programs for this machine, the data is in use by a living server
 * (named by its process id), belongs to another account or another major version, or the server does not get ready.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const database = options.database ?? 'heliograph';
  if (!isPlainName(database)) throw new EmbeddedServerError(`"${database}" cannot be the name of the database.`);
  const cluster = clusterIn(options.dataDir);
  const owner = ownerOf(cluster);
  requireOwnData(cluster, owner);

  const env = childEnvironment(options.env);
  const account = accountToDropTo(owner);
  const binaries = await locatePostgres({ account, env });
  const stalePid = await requireUnused(cluster);
  await prepareCluster(cluster, binaries, account, env);

  const { port, server } = await launchOnPort(options.port, {
    binaries,
    cluster,
    account,
    env,
    stalePid,
    settings: options.settings ?? {},
    startTimeoutMs: options.startTimeoutMs ?? 120_000,
    log: options.log ?? (() => undefined),
  });
  try {
    await ensureServiceDatabase(port, database);
  } catch (error) {
    await server.stop();
    throw error;
  }
  server.release();
  return {
    url: serviceUrl(port, database),
    port,
    pid: server.pid,
    version: binaries.version,
    exited: server.exited,
    stop: async () => {
      await server.stop();
    },
  };
}

/** A free port can be taken between the question and the start. */
const PORT_ATTEMPTS = 5;
/** Children of a killed server go within a second or so; until then its shared memory is in use. */
const OLD_BACKENDS_ATTEMPTS = 40;
const OLD_BACKENDS_EVERY_MS = 250;

async function launchOnPort(
  wanted: number | undefined,
  launch: Omit<PostgresLaunch, 'port'>,
): Promise<{ port: number; server: SupervisedProcess }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = wanted ?? (await freePort());
    try {
      return { port, server: await launchPostgres({ ...launch, port }) };
    } catch (error) {
      if (!isWorthAnother(error, attempt, wanted)) {
        // Another start was faster between our look and ours: then this says so, with its process id.
        await requireUnused(launch.cluster);
        throw error;
      }
      if (error.failure === 'old-backends') await delay(OLD_BACKENDS_EVERY_MS);
    }
  }
}

function isWorthAnother(error: unknown, attempt: number, wanted: number | undefined): error is LaunchError {
  if (!(error instanceof LaunchError)) return false;
  if (error.failure === 'port-taken') return wanted === undefined && attempt < PORT_ATTEMPTS;
  return error.failure === 'old-backends' && attempt < OLD_BACKENDS_ATTEMPTS;
}
