import { chmodSync, cpSync, lstatSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EmbeddedServerError } from './embedded-server-error.js';
import { recreateLinks } from './library-links.js';
import type { PostgresPackage } from './postgres-package.js';

/**
 * Copies PostgreSQL to the temporary folder, readable by every account, once per version; returns its native folder.
 * The copy is made under a name of its own and then renamed, so that of two processes one wins and none sees a half copy.
 * Throws EmbeddedServerError when somebody else owns a folder of that name: we would run their program.
 */
export function copyReadableByAll(found: PostgresPackage): string {
  const owner = process.getuid?.() ?? 'user';
  const home = path.join(tmpdir(), `heliograph-postgres-${found.version}-${owner}`);
  if (isCompleteCopy(found, home)) return path.join(home, 'native');

  const fresh = mkdtempSync(`${home}.new-`);
  try {
    cpSync(found.nativeDir, path.join(fresh, 'native'), { recursive: true, verbatimSymlinks: true });
    recreateLinks(path.join(fresh, 'native'));
    openToAll(fresh);
    if (isCompleteCopy(found, home)) throw new Error('another process was faster');
    // Cleaners of temporary folders take single files. A server that runs from such a copy finds the new one in its place.
    if (isThere(home)) moveAway(home);
    renameSync(fresh, home);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    if (!isCompleteCopy(found, home)) throw error;
  }
  return path.join(home, 'native');
}

/** Whether every file of the package is in the copy with its size. Throws when the copy is not ours. */
function isCompleteCopy(found: PostgresPackage, home: string): boolean {
  const stat = lstatSync(home, { throwIfNoEntry: false });
  if (stat === undefined) return false;
  const ours = process.getuid === undefined || (stat.uid === process.getuid() && (stat.mode & 0o022) === 0);
  if (!ours || !stat.isDirectory()) {
    throw new EmbeddedServerError(
      `The folder ${home} should hold our copy of PostgreSQL but belongs to somebody else. Remove it, or set TMPDIR.`,
    );
  }
  return listFiles(found.nativeDir).every((file) => {
    const copy = lstatSync(path.join(home, 'native', file), { throwIfNoEntry: false });
    return copy?.size === lstatSync(path.join(found.nativeDir, file)).size;
  });
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}

/** Gives everyone what the owner may do, except writing: an install with umask 077 carries its modes into the copy. */
function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const executable = entry.isDirectory() || (lstatSync(file).mode & 0o100) !== 0;
    chmodSync(file, executable ? 0o755 : 0o644);
  }
}

function moveAway(home: string): void {
  const aside = mkdtempSync(`${home}.old-`);
  try {
    renameSync(home, path.join(aside, 'copy'));
  } catch {
    // Another process moved it first; the rename of the new copy then decides who wins.
  }
  rmSync(aside, { recursive: true, force: true });
}

function isThere(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
}
