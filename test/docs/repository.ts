import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** The text of a file of the repository. */
export function textOf(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

/** README, the papers at the root and everything in docs/, as paths from the root. */
export function documents(): string[] {
  const atRoot = readdirSync(ROOT).filter((name) => name.endsWith('.md'));
  const below = readdirSync(path.join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' });
  return [...atRoot, ...below.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)].sort();
}

/** Every source file of src/ that is not a spec, as paths from the root. */
export function sources(): string[] {
  return readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
    .map((name) => `src/${name.replaceAll(path.sep, '/')}`);
}

/** What git knows and what it would take up, as paths from the root; null where there is no git or no repository. */
export function trackedFiles(): string[] | null {
  try {
    const args = ['ls-files', '--cached', '--others', '--exclude-standard'];
    return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).split('\n').filter(Boolean);
  } catch {
    return null;
  }
}
