import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';
import { repositoryRoot } from './paths.js';

/** Where and from what a run was measured: no figure is worth anything without it. */
export interface Circumstances {
  readonly at: string;
  /** Short id, with `+` when files differ from it; null outside a checkout. */
  readonly commit: string | null;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGb: number;
  /** Load average of the last five minutes at the end of the run, the benchmark's own included (about 3). */
  readonly load: number;
  readonly node: string;
  readonly postgresql: string;
  readonly platform: string;
}

/** Reads the circumstances of this run. */
export function circumstances(postgresql: string): Circumstances {
  return {
    at: new Date().toISOString(),
    commit: commitOf(),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    load: Number((loadavg()[1] ?? Number.NaN).toFixed(1)),
    node: process.versions.node,
    postgresql,
    platform: `${process.platform} ${process.arch}`,
  };
}

function commitOf(): string | null {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { cwd: repositoryRoot, encoding: 'utf8', stdio: 'pipe' });
    const differs = git('status', '--porcelain', '--untracked-files=no', 'src', 'migrations', 'bench').trim() !== '';
    return `${git('rev-parse', '--short', 'HEAD').trim()}${differs ? '+' : ''}`;
  } catch {
    return null;
  }
}
