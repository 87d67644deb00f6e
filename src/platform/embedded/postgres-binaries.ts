import { existsSync } from 'node:fs';
import path from 'node:path';
import { copyReadableByAll } from './binaries-copy.js';
import { EmbeddedServerError } from './embedded-server-error.js';
import { recreateLinks } from './library-links.js';
import { findPostgresPackage, type PostgresPackage } from './postgres-package.js';
import { type ProgramResult, runProgram } from './run-program.js';
import type { Account } from './unprivileged-account.js';

/** The programs of a PostgreSQL that `account` can run. */
export interface PostgresBinaries {
  readonly postgres: string;
  readonly initdb: string;
  readonly pgCtl: string;
  /** E.g. 18.4. */
  readonly version: string;
}

/** Who runs the programs, and with which environment. */
export interface BinariesFor {
  readonly account: Account | null;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The installed PostgreSQL, made runnable for the account. It runs where npm put it when that is possible; a copy in the
 * system's temporary folder is used when the account cannot reach it (a project under /root) or the links between its
 * libraries are missing and cannot be made (install scripts denied, node_modules read-only).
 * Throws EmbeddedServerError when neither can be run.
 */
export async function locatePostgres(use: BinariesFor): Promise<PostgresBinaries> {
  const found = findPostgresPackage();
  if (recreateLinks(found.nativeDir)) {
    const inPlace = programsIn(found.nativeDir);
    const tried = await tryVersion(inPlace.postgres, use);
    if (tried.ok) return { ...inPlace, version: versionIn(tried) };
    // A copy helps the reach, and nothing else.
    if (tried.errno !== 'EACCES') throw cannotRun(found, inPlace.postgres, use, tried);
  }
  const copied = programsIn(copyReadableByAll(found));
  const tried = await tryVersion(copied.postgres, use);
  if (tried.ok) return { ...copied, version: versionIn(tried) };
  throw cannotRun(found, copied.postgres, use, tried);
}

function programsIn(nativeDir: string): Omit<PostgresBinaries, 'version'> {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string) => path.join(nativeDir, 'bin', `${name}${suffix}`);
  return { postgres: program('postgres'), initdb: program('initdb'), pgCtl: program('pg_ctl') };
}

function tryVersion(postgres: string, { account, env }: BinariesFor): Promise<ProgramResult> {
  return runProgram(postgres, ['--version'], { account, env, cwd: path.parse(postgres).root });
}

/** `postgres (PostgreSQL) 18.4` → `18.4`. */
function versionIn({ output }: ProgramResult): string {
  return output.split(' ').at(-1) ?? output;
}

function cannotRun(found: PostgresPackage, program: string, use: BinariesFor, tried: ProgramResult): Error {
  const as = use.account === null ? '' : ` as ${use.account.name}`;
  // The program is there but its loader is not: the binaries are made for glibc.
  const musl = tried.errno === 'ENOENT' && process.platform === 'linux' && existsSync(program);
  const why = musl
    ? 'it needs glibc 2.27 or newer, and this system seems to use musl (Alpine)'
    : [tried.errno, tried.output].filter(Boolean).join(': ');
  return new EmbeddedServerError(
    `PostgreSQL of ${found.name} (${program}) cannot be run${as}: ${why}. ` +
      'Set DATABASE_URL to a PostgreSQL server of your own.',
  );
}
