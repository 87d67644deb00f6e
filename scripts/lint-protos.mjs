// Judges the protos: their style, and that nothing which callers of the last release rely on has changed its meaning.
// `node scripts/lint-protos.mjs --release` makes what is there now the measure of what comes; done with each release.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const CONTRACTS = 'src/contracts';
const BASELINE = `${CONTRACTS}/released.binpb`;
const buf = path.join(root, 'node_modules', '@bufbuild', 'buf', 'bin', 'buf');

const run = (...args) => {
  const done = spawnSync(process.execPath, [buf, ...args], { cwd: root, stdio: 'inherit' });
  if (done.status !== 0) process.exit(done.status ?? 1);
};

run('lint', CONTRACTS);
if (process.argv.includes('--release')) run('build', CONTRACTS, '--exclude-source-info', '-o', BASELINE);
else run('breaking', CONTRACTS, '--against', BASELINE);
