import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parse as parseYaml } from 'yaml';
import type { ClockMode } from './clock/platform-time.js';
import { InputError } from './scenario/check.js';
import { FAULT_PRESETS, type FaultPreset } from './sends/faults.js';

/** How to run a simulator; everything has a default. docs/simulator.md describes each. */
export interface SimulatorOptions {
  /** 0 picks a free port. Default 0. */
  readonly port?: number;
  /** Where webhooks go; without it they are not sent. */
  readonly callbackUrl?: string;
  readonly appSecret?: string;
  readonly verifyToken?: string;
  /** Throughput of each number, messages per second. Default 80. */
  readonly mps?: number;
  /** A scenario as parsed from YAML or JSON. */
  readonly scenario?: unknown;
  readonly seed?: number;
  /** Default: a new file in the temporary folder. */
  readonly ledgerFile?: string;
  readonly faults?: FaultPreset;
  /** Multiplies every delay of statuses, redelivery and slow answers. Default 1. */
  readonly timeScale?: number;
  /** How long an answer takes. Default 30. */
  readonly latencyMs?: number;
  /** Numbers of the default WABA. Default 1. */
  readonly phoneNumbers?: number;
  /** How time passes. Default real. */
  readonly clock?: ClockMode;
  /** Where a virtual clock begins, in epoch milliseconds. Default 2026-01-01T00:00:00Z. */
  readonly startAtMs?: number;
  /** The interface to listen on. Default 127.0.0.1. */
  readonly host?: string;
  /** The only token that is good; absent: any token is. */
  readonly accessToken?: string;
}

/** What a command line asks for. */
export type Command = { readonly kind: 'help' } | { readonly kind: 'run'; readonly options: SimulatorOptions };

export const HELP = `A stand-in for Meta's WhatsApp Cloud API that lies the way Meta does.

  npm run simulator -- --port P --callback-url URL --app-secret S --verify-token T [options]

  --host H             interface to listen on (default 127.0.0.1; 0.0.0.0 for all)
  --port P             port to listen on; 0 picks a free one (default 0)
  --callback-url URL   where webhooks are POSTed; without it none are sent
  --app-secret S       signs webhooks (required with --callback-url)
  --verify-token T     of the handshake (required with --callback-url)
  --mps N              messages per second and number, inbound included (default 80; >= 1000 reports HIGH,
                       <= 20 reports a number shared with the WhatsApp Business app)
  --scenario FILE      YAML or JSON: accounts, faults, outcomes, delays, recipients and more (docs/simulator.md)
  --seed N             makes faults and statuses repeatable (default 1)
  --ledger FILE        NDJSON of every send received; continued if it exists (default: a temporary file)
  --clock MODE         real, or virtual: time stands still until POST /_simulator/clock moves it (default real)
  --start-at TIME      ISO 8601 instant a virtual clock begins at (default 2026-01-01T00:00:00Z)
  --faults LEVEL       none, some or nasty (default none)
  --time-scale X       multiplies delays of statuses, redelivery and slow answers (default 1; 0 = at once)
  --latency-ms N       how long an answer takes (default 30)
  --phone-numbers N    numbers of the default WABA; ids count up from 106540352242922 (default 1)
  --access-token T     the only good token (default: any)
  --help               this text

Default assets: business 2729063490586005 (Lucky Shrub), app 634974688087057, WABA 102290129340398,
phone number 106540352242922 (+1 555-078-3881).
While it runs: GET /_simulator/stats, GET /_simulator/ledger, GET /_simulator/idle; more in docs/simulator.md.
`;

const FLAGS = [
  'host',
  'port',
  'callback-url',
  'app-secret',
  'verify-token',
  'mps',
  'scenario',
  'seed',
  'ledger',
  'faults',
  'time-scale',
  'latency-ms',
  'phone-numbers',
  'access-token',
  'clock',
  'start-at',
] as const;

type Flags = Partial<Record<(typeof FLAGS)[number], string>>;

/** Reads the command line (without node and the script). Throws an InputError that names every wrong flag. */
export function readCommandLine(args: readonly string[]): Command {
  const { flags, help } = parse(args);
  if (help) return { kind: 'help' };
  const problems: string[] = [];
  const number = (flag: keyof Flags, min: number, max: number, whole = true): number | undefined => {
    const text = flags[flag];
    if (text === undefined) return undefined;
    const value = Number(text);
    if (text.trim() !== '' && value >= min && value <= max && (!whole || Number.isInteger(value))) return value;
    problems.push(`--${flag} must be a ${whole ? 'whole ' : ''}number from ${min} to ${max}, not ${text}`);
    return undefined;
  };
  const options: SimulatorOptions = {
    host: flags.host,
    port: number('port', 0, 65_535),
    clock: clockOf(flags.clock, problems),
    startAtMs: startOf(flags, problems),
    callbackUrl: flags['callback-url'],
    appSecret: flags['app-secret'],
    verifyToken: flags['verify-token'],
    mps: number('mps', 1, 100_000),
    seed: number('seed', 0, Number.MAX_SAFE_INTEGER),
    ledgerFile: flags.ledger,
    faults: presetOf(flags.faults, problems),
    timeScale: number('time-scale', 0, 1000, false),
    latencyMs: number('latency-ms', 0, 600_000, false),
    phoneNumbers: number('phone-numbers', 1, 10_000),
    accessToken: flags['access-token'],
    scenario: flags.scenario === undefined ? undefined : readScenarioFile(flags.scenario, problems),
  };
  problems.push(...callbackProblems(options));
  if (problems.length > 0) throw new InputError(problems);
  return { kind: 'run', options };
}

function parse(args: readonly string[]): { flags: Flags; help: boolean } {
  const known = Object.fromEntries(FLAGS.map((flag) => [flag, { type: 'string' as const }]));
  try {
    const { values } = parseArgs({ args: [...args], options: { ...known, help: { type: 'boolean' } }, strict: true });
    const { help, ...flags } = values as Flags & { help?: boolean };
    return { flags, help: help === true };
  } catch (error) {
    throw new InputError([(error as Error).message]);
  }
}

function callbackProblems({ callbackUrl, appSecret, verifyToken }: SimulatorOptions): string[] {
  if (callbackUrl === undefined) return [];
  const problems: string[] = [];
  if (!/^https?:\/\//.test(callbackUrl) || !URL.canParse(callbackUrl))
    problems.push('--callback-url must be an http(s) URL');
  if (!appSecret) problems.push('--app-secret is required with --callback-url');
  if (!verifyToken) problems.push('--verify-token is required with --callback-url');
  return problems;
}

function clockOf(text: string | undefined, problems: string[]): ClockMode | undefined {
  if (text === undefined || text === 'real' || text === 'virtual') return text;
  problems.push(`--clock must be real or virtual, not ${text}`);
  return undefined;
}

function startOf(flags: Flags, problems: string[]): number | undefined {
  const text = flags['start-at'];
  if (text === undefined) return undefined;
  const atMs = Date.parse(text);
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(atMs))
    problems.push(`--start-at must be an ISO 8601 instant, not ${text}`);
  if (flags.clock !== 'virtual') problems.push('--start-at needs --clock virtual: a real clock begins now');
  return atMs;
}

function presetOf(text: string | undefined, problems: string[]): FaultPreset | undefined {
  if (text === undefined || Object.hasOwn(FAULT_PRESETS, text)) return text as FaultPreset | undefined;
  problems.push(`--faults must be one of ${Object.keys(FAULT_PRESETS).join(', ')}, not ${text}`);
  return undefined;
}

/** YAML 1.2, of which JSON is a part; its errors say line and column. */
function readScenarioFile(file: string, problems: string[]): unknown {
  try {
    return parseYaml(readFileSync(file, 'utf8'));
  } catch (error) {
    problems.push(`--scenario ${file}: ${(error as Error).message}`);
    return undefined;
  }
}
