import { HELP, readCommandLine } from './options.js';
import { InputError } from './scenario/check.js';
import { startSimulator } from './simulator.js';

/** Wrong command line, as shells have it. */
const USAGE_EXIT = 2;

async function main(): Promise<void> {
  const command = readCommandLine(process.argv.slice(2));
  if (command.kind === 'help') {
    process.stdout.write(HELP);
    return;
  }
  const simulator = await startSimulator(command.options);
  process.stdout.write(`simulator listening on ${simulator.url}\n`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void simulator.close().then(() => process.exit(0)));
  }
}

main().catch((error: unknown) => {
  const text = error instanceof InputError ? `${error.message}\nTry --help.` : String((error as Error).stack ?? error);
  process.stderr.write(`${text}\n`);
  process.exit(error instanceof InputError ? USAGE_EXIT : 1);
});
