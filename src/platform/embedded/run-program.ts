import { execFile } from 'node:child_process';
import type { Account } from './unprivileged-account.js';

/** How a short program is run. */
export interface ProgramOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly account: Account | null;
}

/** What a short program answered. `errno` is set when it could not be run at all, e.g. EACCES. */
export interface ProgramResult {
  readonly ok: boolean;
  readonly errno: string | null;
  readonly output: string;
}

/** Runs a program to its end and collects both its outputs. Never rejects: a failure is a result here. */
export function runProgram(command: string, args: readonly string[], options: ProgramOptions): Promise<ProgramResult> {
  const { cwd, env, account } = options;
  const identity = account === null ? {} : { uid: account.uid, gid: account.gid };
  return new Promise((resolve) => {
    const done = (error: Error | null, stdout: string, stderr: string) => {
      const code = (error as { code?: unknown } | null)?.code;
      const errno = typeof code === 'string' ? code : null;
      resolve({ ok: error === null, errno, output: `${stdout}${stderr}`.trim() });
    };
    try {
      execFile(command, args, { cwd, env, windowsHide: true, ...identity }, done);
    } catch (error) {
      // Some failures of spawn are thrown, e.g. EPERM for a change of user that is not allowed.
      const { code, message } = error as NodeJS.ErrnoException;
      resolve({ ok: false, errno: code ?? 'UNKNOWN', output: message });
    }
  });
}
