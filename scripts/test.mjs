// `npm test`: everything a fresh clone needs, then every suite. Arguments are handed to jest:
//   npm test -- test/db            one folder
//   npm test -- -t 'keeps delivered'   by title
// HELIOGRAPH_REQUIRE_NATS=1 makes a missing NATS an error instead of a loud remark (CI sets it).
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { constants as os } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './ensure-installed.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const log = (line) => process.stderr.write(`[test] ${line}\n`);

function onPath(program) {
  const names = process.platform === 'win32' ? [`${program}.exe`, program] : [program];
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    for (const name of names) {
      const file = path.join(folder || '.', name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not here; the next folder may have it.
      }
    }
  }
  return null;
}

function announceNats() {
  const { NATS_URL, HELIOGRAPH_REQUIRE_NATS } = process.env;
  // The address may carry a password, so only the fact is printed.
  if (NATS_URL) return log('NATS: the server at NATS_URL');
  const server = onPath('nats-server');
  if (server !== null) {
    const version = spawnSync(server, ['--version'], { encoding: 'utf8' }).stdout?.trim() || 'version unknown';
    return log(`NATS: ${path.basename(server)} of the PATH (${version})`);
  }
  log('************************************************************************');
  log('NATS: NONE. No NATS_URL and no nats-server on the PATH.');
  log('      Whatever needs the bus is NOT tested in this run.');
  log('      Debian: apt-get install nats-server · macOS: brew install nats-server');
  log('************************************************************************');
  if (HELIOGRAPH_REQUIRE_NATS === '1') {
    log('HELIOGRAPH_REQUIRE_NATS=1: stopping here.');
    process.exit(1);
  }
}

function build() {
  const built = spawnSync(process.execPath, [path.join(root, 'scripts', 'build.mjs')], { cwd: root, stdio: 'inherit' });
  if (built.status !== 0) process.exit(built.status ?? 1);
}

/** These judge every single second, or starve two cores on purpose: nothing else may run beside them. */
const APART = ['test/e2e/throughput', 'test/chaos'];

/** Without arguments: everything else, then those, one after the other. With arguments: what they say. */
function plans() {
  const given = process.argv.slice(2);
  return given.length > 0
    ? [given]
    : [
        ['--testPathIgnorePatterns', '/node_modules/', ...APART],
        ['--runInBand', ...APART],
      ];
}

function runJest(plan, then) {
  const jest = path.join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  if (!existsSync(jest)) {
    log('jest is not installed: was npm told to omit development packages?');
    process.exit(1);
  }
  const options = [process.env.NODE_OPTIONS, '--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const child = spawn(process.execPath, [jest, ...plan], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, NODE_OPTIONS: options.filter(Boolean).join(' ') },
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => then(code ?? 128 + (os.signals[signal] ?? 0)));
}

/** Runs all plans, also after one that failed, and ends with the first failure's code. */
function runAll([plan, ...rest], worst = 0) {
  if (plan === undefined) process.exit(worst);
  runJest(plan, (code) => (code > 128 ? process.exit(code) : runAll(rest, worst || code)));
}

announceNats();
ensureInstalled(root, log);
build();
runAll(plans());
