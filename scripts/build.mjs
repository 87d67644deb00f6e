// Compiles every TypeScript tree of the project into dist/ with swc (types are checked by `npm run types`).
// Files that are not TypeScript but are read at run time are copied beside their readers.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const trees = ['src', 'simulator', 'migrations', 'demo', 'bench', 'scripts'].filter((t) =>
  existsSync(path.join(root, t)),
);

rmSync(path.join(root, 'dist'), { recursive: true, force: true });
const swc = path.join(root, 'node_modules', '@swc', 'cli', 'bin', 'swc.js');
const args = [
  swc,
  ...trees,
  '-d',
  'dist',
  '--config-file',
  '.swcrc',
  '--extensions',
  '.ts',
  '--ignore',
  '**/*.spec.ts',
  '-q',
];
const built = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
if (built.status !== 0) process.exit(built.status ?? 1);

const isAsset = (file) => /\.(json|yaml|yml|proto|sql|html)$/.test(file);
for (const tree of trees) {
  cpSync(path.join(root, tree), path.join(root, 'dist', tree), {
    recursive: true,
    filter: (from) => !/\.[a-z]+$/.test(path.basename(from)) || isAsset(from),
  });
}
