import pg from 'pg';
import type { Logger } from '../observability/logger.js';

/** First half of every advisory lock key of ours, so that other users of the database do not meet them. */
export const LOCK_CLASS = 7_240_120;

/**
 * A lock that lives exactly as long as one database connection: when the process dies, the server notices the closed
 * socket and gives the lock away at once. That is how the others learn of a death without waiting for a lease.
 */
export class SessionLock {
  private client: pg.Client | null = null;

  constructor(
    private readonly url: string,
    readonly key: number,
    private readonly logger: Logger,
  ) {}

  /** Tells whether the lock is held, as far as this side of the connection knows. */
  get held(): boolean {
    return this.client !== null;
  }

  /** Takes the lock if it is free; true when it is held afterwards. Throws when the database is away. */
  async tryTake(): Promise<boolean> {
    if (this.client !== null) return true;
    const client = new pg.Client({
      connectionString: this.url,
      application_name: 'heliograph-lock',
      connectionTimeoutMillis: 5000,
      query_timeout: 5000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 5000,
    });
    const lost = (error?: Error) => {
      if (this.client === client) {
        this.client = null;
        this.logger.warn({ err: error, lock: this.key }, 'a session lock was lost with its connection');
      }
    };
    client.on('error', lost);
    client.on('end', () => lost());
    await client.connect();
    try {
      const result = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1, $2) as taken', [
        LOCK_CLASS,
        this.key,
      ]);
      if (result.rows[0]?.taken !== true) {
        await client.end();
        return false;
      }
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    this.client = client;
    return true;
  }

  /** Proves that the connection still answers, and drops the lock when it does not. */
  async check(): Promise<boolean> {
    const { client } = this;
    if (client === null) return false;
    try {
      await client.query('select 1');
      return this.client === client;
    } catch {
      this.client = null;
      await client.end().catch(() => undefined);
      return false;
    }
  }

  /** Gives the lock back. */
  async release(): Promise<void> {
    const { client } = this;
    this.client = null;
    await client?.end().catch(() => undefined);
  }
}
