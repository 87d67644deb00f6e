// Runs a compiled entry point of dist/, building first when dist/ is missing or older than a source file.
// Usage: node scripts/run-built.mjs <entry below dist> [arguments …]
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const [entry, ...args] = process.argv.slice(2);
const target = path.join(root, 'dist', entry);

const newest = (folder) =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((f) => f.isFile())
    .reduce((max, f) => Math.max(max, statSync(path.join(f.parentPath ?? f.path, f.name)).mtimeMs), 0);

const sources = ['src', 'simulator', 'migrations', 'demo', 'bench', 'scripts']
  .map((t) => path.join(root, t))
  .filter(existsSync);
const stale = !existsSync(target) || sources.some((folder) => newest(folder) > statSync(target).mtimeMs);
if (stale) {
  const built = spawnSync(process.execPath, [path.join(root, 'scripts', 'build.mjs')], { stdio: 'inherit' });
  if (built.status !== 0) process.exit(built.status ?? 1);
}

const child = spawn(process.execPath, [target, ...args], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 128)));
