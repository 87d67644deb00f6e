import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the compiled benchmarks: dist/bench. */
const here = path.dirname(fileURLToPath(import.meta.url));

/** The checkout. */
export const repositoryRoot = path.resolve(here, '..', '..');

/** The service's compiled entry. */
export const gatewayEntry = path.resolve(here, '..', 'src', 'main.js');

/** A compiled program of the benchmarks that runs as a process of its own. */
export function programOf(name: string): string {
  return path.join(here, 'programs', `${name}.js`);
}
