import { isTransient } from './db.js';

/** SQLSTATE classes of a server that answers and does not let us in: wrong user or password, no such database. */
const REFUSED = /^(28|3D)/;

/**
 * What is wrong with the database that a service was given, in a sentence for who starts it; null for an error about anything else. A host
 * with several addresses gives an error for each.
 */
export function databaseFault(error: Error): string | null {
  const each = error instanceof AggregateError ? (error.errors as Error[]) : [error];
  const said = [...new Set(each.map(({ message }) => message))].join('; ');
  const { code } = error as Error & { code?: unknown };
  if (typeof code === 'string' && REFUSED.test(code)) return `the database refuses us (${said})`;
  return isTransient(error) ? `the database does not answer (${said})` : null;
}
