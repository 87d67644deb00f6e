// `npm run quickstart`: one command from a fresh clone to a delivered message. Arguments go to the demo, for example
//   npm run quickstart -- --exit       end when the story is told
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './ensure-installed.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const entry = path.join(root, 'dist', 'demo', 'quickstart.js');
const say = (line) => process.stdout.write(`${line}\n`);

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  say(`Heliograph needs Node 20.19 or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

say('');
say('  Heliograph quick start');
say('  It installs what is missing, builds, and starts three things on this machine only:');
say('  a PostgreSQL of its own, a simulator that stands in for Meta, and the gateway between them.');
say('  No account, no token and no Docker are needed; apart from downloading packages nothing leaves this machine.');
say('');

ensureInstalled(root, (line) => say(`  ${line} …`));
say('  building …');
const built = spawnSync(process.execPath, [path.join(root, 'scripts', 'build.mjs')], { cwd: root, stdio: 'inherit' });
if (built.status !== 0) process.exit(built.status ?? 1);
if (!existsSync(entry)) {
  say('  The build made no dist/demo/quickstart.js: is demo/quickstart.ts in this checkout?');
  process.exit(1);
}

const child = spawn(process.execPath, [entry, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    // A terminal sends Ctrl-C to the child as well, and a second one would mean "at once" to it.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  });
}
child.on('error', (error) => {
  say(`  could not start the quick start: ${error.message}`);
  process.exit(1);
});
child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
