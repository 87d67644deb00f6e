import { readFileSync } from 'node:fs';
import { EmbeddedServerError } from './embedded-server-error.js';

/** An account of the system that a server can be run under. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Accounts to drop to, best first: PostgreSQL's own where a package has made it, then those that every system has. */
const CANDIDATES = ['postgres', 'nobody', 'daemon'] as const;

/** Whether this process is root, which PostgreSQL refuses to run as. Always false on Windows. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * The account to run PostgreSQL under when we are root, null when we may run it ourselves. Data that exists stays with its
 * owner `ownerUid`; else the first candidate of /etc/passwd is taken. Nothing is created in the system.
 * Throws EmbeddedServerError when there is no such account.
 */
export function accountToDropTo(ownerUid?: number): Account | null {
  if (!isRoot()) return null;
  const account = pickAccount(readFileSync('/etc/passwd', 'utf8'), ownerUid);
  if (account !== null) return account;
  throw new EmbeddedServerError(
    `PostgreSQL refuses to run as root, and /etc/passwd has no account to drop to (looked for ${
      ownerUid === undefined || ownerUid === 0 ? CANDIDATES.join(', ') : `uid ${ownerUid}, the owner of the data`
    }). Run as an ordinary user, or set DATABASE_URL to a server of your own.`,
  );
}

/** The rule behind `accountToDropTo`, on the text of a passwd file. Accounts with uid 0 are never taken. */
export function pickAccount(passwd: string, ownerUid?: number): Account | null {
  const accounts = passwd
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ uid, gid }) => Number.isInteger(uid) && uid > 0 && Number.isInteger(gid));
  if (ownerUid !== undefined && ownerUid !== 0) return accounts.find(({ uid }) => uid === ownerUid) ?? null;
  const found = CANDIDATES.map((candidate) => accounts.find(({ name }) => name === candidate));
  return found.find((account) => account !== undefined) ?? null;
}
