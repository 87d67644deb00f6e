// `npm test`: everything a fresh clone needs, then every suite. Arguments are handed to jest:
//   npm test -- test/db            one folder
//   npm test -- -t 'keeps delivered'   by title
// HELIOGRAPH_REQUIRE_NATS=1 makes a missing NATS an error instead of a loud remark (CI sets it).
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants as os, tmpdir } from 'node:os';
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

/** Runs jest, and says which files failed; null when it ended without a report (it crashed, or found no test). */
function runJest(plan) {
  const jest = path.join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  if (!existsSync(jest)) {
    log('jest is not installed: was npm told to omit development packages?');
    process.exit(1);
  }
  const options = [process.env.NODE_OPTIONS, '--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const folder = mkdtempSync(path.join(tmpdir(), 'heliograph-test-'));
  const report = path.join(folder, 'report.json');
  const child = spawn(process.execPath, [jest, '--json', '--outputFile', report, ...plan], {
    cwd: root,
    // With --json jest prints the report as well; people read what goes to stderr.
    stdio: ['inherit', 'ignore', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: options.filter(Boolean).join(' ') },
  });
  const hand = (signal) => child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, hand);
  return new Promise((resolve) =>
    child.on('exit', (code, signal) => {
      for (const each of ['SIGINT', 'SIGTERM']) process.off(each, hand);
      const failed = code === 0 ? [] : failedFiles(report);
      rmSync(folder, { recursive: true, force: true });
      resolve({ code: code ?? 128 + (os.signals[signal] ?? 0), failed });
    }),
  );
}

function failedFiles(report) {
  if (!existsSync(report)) return null;
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  return testResults.filter(({ status }) => status === 'failed').map(({ name }) => path.relative(root, name));
}

/** Whoever runs one spec wants to see it fail at once. */
const MAY_REPEAT = process.env.CI === 'true' || process.argv.length === 2;

/** What talks to other processes may be starved by its neighbours. What is pure (src/) fails for a reason of its own. */
const deservesAnother = (file) => !file.startsWith(`src${path.sep}`);

/**
 * Runs one plan. Files that failed and talk to other processes are run once more, with nothing beside them: what fails again
 * has failed. What passes then is named in the last lines, since a spec that needs this has a bug to be found.
 */
async function runPlan(plan, starved) {
  const { code, failed } = await runJest(plan);
  if (code === 0 || code > 128) return code;
  if (!MAY_REPEAT || failed === null || failed.length === 0 || !failed.every(deservesAnother)) return code;
  log(`failed beside others, now once more by itself: ${failed.join(', ')}`);
  const again = await runJest(['--runInBand', '--runTestsByPath', ...failed]);
  if (again.code === 0) starved.push(...failed);
  return again.code;
}

/** Runs all plans, also after one that failed, and ends with the first failure's code. */
async function runAll(list) {
  const starved = [];
  let worst = 0;
  for (const plan of list) {
    const code = await runPlan(plan, starved);
    if (code > 128) process.exit(code);
    worst ||= code;
  }
  for (const file of starved)
    log(`FLAKY: ${file} failed beside others and passed by itself; its first failure is printed above`);
  process.exit(worst);
}

announceNats();
ensureInstalled(root, log);
build();
await runAll(plans());
