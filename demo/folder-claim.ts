import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isAlive, programOf } from '../src/platform/embedded/living-process.js';
import { DemoError } from './demo-error.js';

/**
 * Claims a folder for this process, so that two stacks never write the same log and ledger; answers the release.
 * Throws a DemoError that names the other process when one that lives has the folder. A claim of a dead one is void.
 */
export function claimFolder(folder: string): () => void {
  const file = path.join(folder, 'running.pid');
  const owner = ownerIn(file);
  if (owner !== null && owner !== process.pid && isAlive(owner) && programOf(owner) === programOf(process.pid)) {
    throw new DemoError(
      `${folder} is in use by the process ${owner}: end that one first (Ctrl-C in its terminal, or kill ${owner}). ` +
        `If it is something else, remove ${file}.`,
    );
  }
  writeFileSync(file, `${process.pid}\n`);
  return () => rmSync(file, { force: true });
}

function ownerIn(file: string): number | null {
  try {
    const pid = Number(readFileSync(file, 'utf8').trim());
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}
