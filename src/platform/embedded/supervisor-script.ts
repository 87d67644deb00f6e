/**
 * The program of the supervisor, a small Node process between us and a server. It is text for `node -e`, not a file, so
 * that it runs alike from TypeScript under Jest and from dist/, and needs no path that the build must keep.
 *
 * It starts the server that the first message describes and stops it when told to, when it gets SIGTERM, and above all
 * when the channel to its parent closes: the kernel closes the channel however the parent dies, SIGKILL included.
 *
 * - Messages in: `{ start: LaunchSpec }`, `{ stop: { patienceMs } }`.
 * - Messages out: `{ spawned: pid }`, `{ failed: { message, code } }`, `{ exited: { code, signal } }`.
 * - The server's output goes to stderr, through the supervisor: a server that wrote into the broken pipe of a dead
 *   parent itself would be killed by SIGPIPE (Go programs are) before it could shut down.
 */
export const SUPERVISOR_SCRIPT = `'use strict';
const { spawn, execFile } = require('node:child_process');
let spec, server, exited, timer, step = 0;

const tell = (message, then = () => {}) => (process.connected ? process.send(message, then) : then());
const leave = () => tell({ exited }, () => process.exit(0));

function signalServer(name) {
  if (spec.windowsKill) execFile(spec.windowsKill, ['kill', name.slice(3), String(server.pid)], () => {});
  else server.kill(name);
}
function escalate(patienceMs) {
  signalServer(spec.stopSignals[Math.min(step, spec.stopSignals.length - 1)]);
  step += 1;
  timer = setTimeout(escalate, patienceMs, patienceMs);
}
function stop(patienceMs) {
  if (!server) process.exit(0);
  if (exited) return;
  clearTimeout(timer);
  if (step === 0) escalate(patienceMs);
  else timer = setTimeout(escalate, patienceMs, patienceMs);
}
function start(given) {
  spec = given;
  process.title = 'heliograph-supervisor ' + spec.name;
  server = spawn(spec.command, spec.args, {
    cwd: spec.cwd, env: spec.env, uid: spec.uid, gid: spec.gid, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true,
  });
  server.once('spawn', () => tell({ spawned: server.pid }));
  server.once('error', (e) => {
    if (!server.pid) tell({ failed: { message: e.message, code: e.code } }, () => process.exit(1));
  });
  // After 'exit' a child of the server may hold the pipes for a moment: 'close' says that it has gone too.
  server.once('exit', (code, signal) => {
    clearTimeout(timer);
    exited = { code, signal };
    setTimeout(leave, 5000);
  });
  server.once('close', () => exited && leave());
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (chunk) => process.stderr.write(chunk));
}

process.stderr.on('error', () => {});
process.on('message', (message) => (message.start ? start(message.start) : stop(message.stop.patienceMs)));
process.on('disconnect', () => (server ? stop(spec.orphanPatienceMs) : process.exit(0)));
for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(name, () => stop(spec ? spec.orphanPatienceMs : 0));
`;
