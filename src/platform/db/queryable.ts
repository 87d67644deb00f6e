/**
 * What a store needs of a connection or a transaction: nothing of the driver shows. Store functions take one as their
 * first argument, so that the caller decides on the transaction.
 */
export interface Queryable {
  /** Runs a statement and gives its rows. */
  rows<T extends object>(sql: string, params?: readonly unknown[]): Promise<T[]>;
  /** Runs a statement and gives how many rows it touched. */
  run(sql: string, params?: readonly unknown[]): Promise<number>;
}
