import pg, { type Pool, type PoolConfig } from 'pg';
import { DataSource } from 'typeorm';
import { MIGRATIONS } from '../../../migrations/all.js';
import type { Logger } from '../observability/logger.js';

/** What a pool is made of. */
export interface PoolOptions {
  readonly url: string;
  readonly size: number;
  /** How long a statement may run, and how long to wait for a connection. */
  readonly timeoutMs: number;
  readonly name: string;
}

/**
 * Our transactions think for milliseconds between statements. A process that hangs in one gives its row locks back by
 * then, so that whoever took its work over can go on.
 */
const IDLE_IN_TRANSACTION_MS = 3000;

const INT8 = 20;

/** bigint columns here are counters and sequence numbers, far below 2^53: numbers, not strings. */
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8 && format !== 'binary' ? Number : pg.types.getTypeParser(oid, format as 'text'),
};

/**
 * Every statement of ours finds its rows by an index. A table that grew from nothing has no statistics yet, and a plan
 * that was prepared while it was empty would read all of it for minutes (arming 20 of 200,000 messages: 150 ms instead
 * of 1). Where no index serves, the server reads the table all the same, at a cost of 10^10 by its reckoning, and would
 * compile any such statement first: 100 to 400 ms each time, once a second in the send loop. So nothing is compiled,
 * nor shared out among parallel workers, whose start costs more than the statement.
 */
const PLANNER = '-c enable_seqscan=off -c jit=off -c max_parallel_workers_per_gather=0';

/**
 * Settings of every connection. Without time-outs node-pg waits for ever on a stopped or half-open server; the
 * client's own time-out (`query_timeout`) is the one that still works when the server says nothing at all.
 */
function poolConfig(options: PoolOptions): PoolConfig {
  const { timeoutMs } = options;
  return {
    connectionString: options.url,
    max: options.size,
    application_name: options.name,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    statement_timeout: timeoutMs,
    lock_timeout: timeoutMs,
    idle_in_transaction_session_timeout: Math.min(timeoutMs, IDLE_IN_TRANSACTION_MS),
    keepAlive: true,
    options: PLANNER,
    types: types as PoolConfig['types'],
  };
}

/** Opens the data source: TypeORM's connections, migrations and (for accounts) entities. */
export async function openDataSource(
  options: PoolOptions,
  logger: Logger,
  entities: DataSource['options']['entities'] = [],
): Promise<DataSource> {
  const { connectionString, max, ...extra } = poolConfig(options);
  const source = new DataSource({
    type: 'postgres',
    url: connectionString,
    poolSize: max,
    extra,
    entities,
    migrations: MIGRATIONS,
    migrationsTableName: 'migrations',
    logging: false,
    poolErrorHandler: (error: Error) => logger.warn({ err: error }, 'an idle database connection broke'),
  });
  return source.initialize();
}

/** The pool behind a data source, for the statements that the stores write themselves: one pool, not two. */
export function poolOf(source: DataSource): Pool {
  return (source.driver as unknown as { master: Pool }).master;
}

/** A pool of its own for work that must not queue behind the rest: the webhook inbox, the locks. */
export function openPool(options: PoolOptions, logger: Logger): Pool {
  const pool = new pg.Pool(poolConfig(options));
  pool.on('error', (error) => logger.warn({ err: error }, 'an idle database connection broke'));
  return pool;
}
