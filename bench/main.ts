import { benchAccept } from './accept.js';
import { type CommandLine, parseCommandLine, USAGE } from './command-line.js';
import { benchIngest } from './ingest.js';
import { benchLanes } from './lanes.js';
import { benchLimiter } from './limiter/limiter.js';
import { benchLimits } from './limits/limits.js';
import { benchPriority } from './priority.js';
import { type Report, toText } from './report.js';
import { benchSend } from './send.js';
import { benchSimulator } from './simulator.js';

/** Runs the benchmarks one after the other; what is said on the way goes to stderr. */
async function main(): Promise<number> {
  let wanted: CommandLine | null;
  try {
    wanted = parseCommandLine(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  if (wanted === null) {
    console.log(USAGE);
    return 0;
  }
  const say = (line: string) => process.stderr.write(`[bench] ${line}\n`);
  const reports: Report[] = [];
  const add = (report: Report) => {
    console.log(toText(report));
    reports.push(report);
  };
  if (wanted.ingest !== null) add(await benchIngest(wanted.ingest, say));
  if (wanted.send !== null) add(await benchSend(wanted.send, say));
  if (wanted.limits !== null) add(await benchLimits(wanted.limits, say));
  if (wanted.accept !== null) add(await benchAccept(wanted.accept, say));
  if (wanted.priority !== null) add(await benchPriority(wanted.priority, say));
  if (wanted.lanes !== null) add(await benchLanes(wanted.lanes, say));
  if (wanted.limiter !== null) add(await benchLimiter(wanted.limiter, say));
  if (wanted.simulator !== null) console.log(await benchSimulator(wanted.simulator, say));
  if (wanted.json) console.log(JSON.stringify({ reports }));
  return wanted.strict && reports.some((report) => report.verdicts.some((v) => !v.holds)) ? 1 : 0;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
