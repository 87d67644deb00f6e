import { parseArgs } from 'node:util';
import { DemoError } from './demo-error.js';

/** How unpleasant the simulator is; docs/simulator.md says what each level does. */
export type FaultLevel = 'none' | 'some' | 'nasty';

const FAULT_LEVELS: readonly FaultLevel[] = ['none', 'some', 'nasty'];

/** What `npm run demo` was asked to do. */
export interface DemoOptions {
  readonly messages: number;
  /** Throughput that the simulator enforces on the number, messages per second. */
  readonly mps: number;
  readonly faults: FaultLevel;
  /** Print one JSON object as the last line. */
  readonly json: boolean;
  readonly help: boolean;
}

/** What `npm run quickstart` was asked to do. */
export interface QuickstartOptions {
  /** End when the story is told instead of staying. */
  readonly exit: boolean;
  readonly help: boolean;
}

/** Help of `npm run demo`. */
export const DEMO_HELP = `Sends template messages through the whole path and checks what became of each of them.

  npm run demo -- --messages N [--mps M] [--faults none|some|nasty] [--json]

  --messages N     how many messages, each to a recipient of its own (default 500)
  --mps M          throughput of the number, messages per second (default 80). Meta tells a level, not a number:
                   20 (shared with the Business app), 80 (standard) or 1000 (high)
  --faults LEVEL   what goes wrong on purpose: none, some or nasty (default none; docs/simulator.md)
  --json           the last line is one JSON object
  --help           this text

Exit code 0: nothing lost, nothing sent twice, every message in its final state. 1: not so. 2: wrong arguments.
`;

/** Help of `npm run quickstart`. */
export const QUICKSTART_HELP = `Starts everything on this machine, sends some messages and shows what became of them.

  npm run quickstart [-- --exit]

  --exit     end when the story is told; without it the service stays until Ctrl-C
`;

/** Reads the demo's arguments (without node and the script). Throws a DemoError that names every mistake. */
export function readDemoArguments(args: readonly string[]): DemoOptions {
  const values = parse(args, {
    messages: { type: 'string' },
    mps: { type: 'string' },
    faults: { type: 'string' },
    json: { type: 'boolean' },
    help: { type: 'boolean' },
  });
  const problems: string[] = [];
  const whole = (flag: string, fallback: number, max: number): number => {
    const value = values[flag] === undefined ? fallback : Number(values[flag]);
    if (Number.isInteger(value) && value >= 1 && value <= max) return value;
    problems.push(`--${flag} must be a whole number from 1 to ${max}, not ${values[flag]}`);
    return fallback;
  };
  const options = {
    messages: whole('messages', 500, MOST_MESSAGES),
    mps: whole('mps', 80, 100_000),
    faults: FAULT_LEVELS.find((level) => level === (values.faults ?? 'none')) ?? 'none',
    json: values.json === true,
    help: values.help === true,
  };
  if (values.faults !== undefined && values.faults !== options.faults) {
    problems.push(`--faults must be ${FAULT_LEVELS.join(', ')}, not ${values.faults}`);
  }
  if (problems.length > 0) throw new DemoError(problems.join('\n'));
  return options;
}

/** Reads the quick start's arguments. Throws a DemoError that names every mistake. */
export function readQuickstartArguments(args: readonly string[]): QuickstartOptions {
  const values = parse(args, { exit: { type: 'boolean' }, help: { type: 'boolean' } });
  return { exit: values.exit === true, help: values.help === true };
}

/** Recipients are +1 555 and seven digits; a million of them leaves room for many runs side by side. */
const MOST_MESSAGES = 1_000_000;

type Flags = Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>;

function parse(args: readonly string[], options: Flags): Readonly<Record<string, unknown>> {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new DemoError((error as Error).message);
  }
}
