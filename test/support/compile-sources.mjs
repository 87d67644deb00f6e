import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { transformSync } from '@swc/core';

const ROOT = path.resolve(import.meta.dirname, '../..');
const TREES = ['src', 'migrations'];

/**
 * Compiles the service into a folder, as the build does, for whatever a test runs in a process of its own. dist/ is
 * left alone: somebody may be running it, or replacing it. The folder must exist.
 */
export function compileSources(folder) {
  const options = JSON.parse(readFileSync(path.join(ROOT, '.swcrc'), 'utf8'));
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
  for (const tree of TREES) {
    for (const entry of readdirSync(path.join(ROOT, tree), { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) compileFile(path.relative(ROOT, path.join(entry.parentPath, entry.name)), folder, options);
    }
  }
}

function compileFile(name, folder, options) {
  if (name.endsWith('.spec.ts')) return;
  const from = path.join(ROOT, name);
  const to = path.join(folder, name);
  mkdirSync(path.dirname(to), { recursive: true });
  if (!name.endsWith('.ts')) {
    cpSync(from, to);
    return;
  }
  const text = readFileSync(from, 'utf8');
  const { code } = transformSync(text, { ...options, filename: from, swcrc: false, sourceMaps: false });
  writeFileSync(to.replace(/\.ts$/, '.js'), code);
}
