// Installs the packages of package-lock.json when they are missing, and leaves a good node_modules alone.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** npm's own record of what it put into node_modules. */
const recordOf = (root) => path.join(root, 'node_modules', '.package-lock.json');

const packagesIn = (file) => JSON.parse(readFileSync(file, 'utf8')).packages ?? {};

/**
 * Says why an install is needed, or null when node_modules holds what the lock file asks for.
 * Time alone does not decide: a checkout touches the lock file without changing it.
 */
export function whyInstall(root) {
  const [record, lock] = [recordOf(root), path.join(root, 'package-lock.json')];
  if (!existsSync(record)) return 'there is no node_modules yet';
  if (statSync(record).mtimeMs >= statSync(lock).mtimeMs) return null;
  const installed = packagesIn(record);
  const differs = Object.entries(packagesIn(lock)).some(
    // Optional packages of other platforms are in the lock file and never on this disk.
    ([name, wanted]) => name !== '' && !wanted.optional && installed[name]?.version !== wanted.version,
  );
  return differs ? 'package-lock.json is newer than node_modules' : null;
}

/** Runs `npm ci` when it is needed; ends the process with npm's exit code when that fails. */
export function ensureInstalled(root, log) {
  const reason = whyInstall(root);
  if (reason === null) return;
  log(`installing packages (${reason})`);
  const done = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    // npm is a script on Windows, which only a shell starts.
    shell: process.platform === 'win32',
  });
  if (done.status !== 0) process.exit(done.status ?? 1);
}
