import type { Pool, PoolClient, QueryConfig, QueryResult } from 'pg';
import { toArrayLiteral } from './array-literal.js';
import type { Queryable } from './queryable.js';
import { StatementNames } from './statement-names.js';

/** SQLSTATE classes and codes after which the same statement may succeed: connection trouble, shutdown, deadlock, time-outs. */
const TRANSIENT = /^(08|57P0|53|40)|^(55P03|57014)$/;

/** Driver errors without a SQLSTATE that mean the same. */
const TRANSIENT_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);
const TRANSIENT_TEXT = /timeout|Connection terminated|connection error|not queryable|Cannot use a pool after/i;

/** Tells whether an error is about the database being away or busy, rather than about what was asked of it. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as Error & { code?: unknown };
  if (typeof code === 'string') return TRANSIENT.test(code) || TRANSIENT_CODES.has(code);
  return TRANSIENT_TEXT.test(error.message);
}

/** Access to PostgreSQL: single statements, transactions, and transactions as a tenant. */
export class Db implements Queryable {
  private readonly names = new StatementNames();

  constructor(private readonly pool: Pool) {}

  /** Runs one statement on any connection of the pool. */
  async rows<T extends object>(sql: string, params: readonly unknown[] = []): Promise<T[]> {
    return (await this.pool.query(this.statement(sql, params))).rows as T[];
  }

  /** Runs one statement on any connection of the pool and counts the rows it touched. */
  async run(sql: string, params: readonly unknown[] = []): Promise<number> {
    return (await this.pool.query(this.statement(sql, params))).rowCount ?? 0;
  }

  /** Runs `work` in one transaction: committed when it resolves, rolled back when it throws. */
  async transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    return this.inTransaction('begin', work);
  }

  /**
   * Runs `work` in a transaction that the database itself confines to one portfolio: the role `heliograph_tenant`
   * is under row-level security, which is the second wall behind the `portfolio_id` in every statement.
   */
  async asTenant<T>(portfolioId: string, work: (tx: Queryable) => Promise<T>): Promise<T> {
    if (!/^[0-9a-f-]{36}$/.test(portfolioId)) throw new Error('a portfolio id is a UUID');
    // One round trip: the id was checked above, and a multi-statement query takes no parameters.
    const open = `begin; set local role heliograph_tenant; set local heliograph.portfolio_id = '${portfolioId}'`;
    return this.inTransaction(open, work);
  }

  private async inTransaction<T>(open: string, work: (tx: Queryable) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    // The pool listens to its idle connections only: one that breaks in our hands would otherwise end the process.
    const onError = (error: Error) => {
      broken = error;
    };
    client.on('error', onError);
    try {
      await client.query(open);
      const result = await work(this.queryableOf(client));
      await client.query('commit');
      return result;
    } catch (error) {
      // A connection on which even the rollback fails must not return to the pool.
      await client.query('rollback').catch((e: Error) => {
        broken = e;
      });
      throw error;
    } finally {
      client.removeListener('error', onError);
      client.release(broken);
    }
  }

  private queryableOf(client: PoolClient): Queryable {
    const query = (sql: string, params: readonly unknown[]): Promise<QueryResult> =>
      client.query(this.statement(sql, params));
    return {
      rows: async <T extends object>(sql: string, params: readonly unknown[] = []) =>
        (await query(sql, params)).rows as T[],
      run: async (sql, params = []) => (await query(sql, params)).rowCount ?? 0,
    };
  }

  /** Prepared on its connection, unless it has no parameters: then it may be several statements, which cannot be. */
  private statement(sql: string, params: readonly unknown[]): QueryConfig {
    const name = params.length === 0 ? undefined : this.names.of(sql);
    const values = params.map((value) => (Array.isArray(value) ? (toArrayLiteral(value) ?? value) : value));
    return { text: sql, values, ...(name === undefined ? {} : { name }) };
  }
}
