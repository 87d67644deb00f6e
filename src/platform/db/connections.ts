import type { Logger } from '../observability/logger.js';
import { openDataSource, openPool, poolOf } from './data-source.js';
import { Db } from './db.js';

/** The process's connections to PostgreSQL. */
export interface Connections {
  /** For everything but the webhook inbox. */
  readonly main: Db;
  /** For the webhook inbox only: short time-outs, and never behind a queue of other work. */
  readonly ingest: Db;
  /** Ends all of them; statements still running are given up. */
  close(): Promise<void>;
}

const MAIN_TIMEOUT_MS = 10_000;

/** Below the 900 ms after which a webhook is refused. */
const INGEST_TIMEOUT_MS = 700;

/** Opens the connections. Throws when the database cannot be reached. */
export async function openConnections(p: { url: string; poolSize: number }, logger: Logger): Promise<Connections> {
  const source = await openDataSource(
    { url: p.url, size: p.poolSize, timeoutMs: MAIN_TIMEOUT_MS, name: 'heliograph' },
    logger,
  );
  const ingest = openPool({ url: p.url, size: 2, timeoutMs: INGEST_TIMEOUT_MS, name: 'heliograph-ingest' }, logger);
  return {
    main: new Db(poolOf(source)),
    ingest: new Db(ingest),
    close: async () => {
      await Promise.allSettled([source.destroy(), ingest.end()]);
    },
  };
}
