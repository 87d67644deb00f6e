import { existsSync, lstatSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';

/** One row of pg-symlinks.json: both paths are relative to the package and start with `native/`. */
interface LibraryLink {
  /** The file that exists, e.g. native/lib/libpq.so.5.18. */
  readonly source: string;
  /** The link to it, e.g. native/lib/libpq.so.5. */
  readonly target: string;
}

/**
 * Makes the links between the libraries that npm cannot pack and a postinstall script would make, which is often denied.
 * Returns whether all of them are there now; false means that the folder cannot be written. Two processes may do it at once.
 */
export function recreateLinks(nativeDir: string): boolean {
  const list = path.join(nativeDir, 'pg-symlinks.json');
  if (!existsSync(list)) return true;
  const links = JSON.parse(readFileSync(list, 'utf8')) as LibraryLink[];
  return links.every(({ source, target }) => {
    const link = path.join(path.dirname(nativeDir), target);
    return isThere(link) || makeLink(path.relative(path.dirname(target), source), link);
  });
}

function makeLink(to: string, link: string): boolean {
  try {
    symlinkSync(to, link);
    return true;
  } catch {
    return isThere(link);
  }
}

function isThere(link: string): boolean {
  return lstatSync(link, { throwIfNoEntry: false }) !== undefined;
}
