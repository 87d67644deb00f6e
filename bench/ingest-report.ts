import type { IngestOptions } from './command-line.js';
import { GENERATORS, type Generator } from './exchange.js';
import type { Round, Steady } from './ingest-rounds.js';
import { circumstances } from './machine.js';
import { type Report, type Row, rowOf, type Verdict } from './report.js';
import { type Latencies, latenciesOf, type Spread, spreadOf } from './statistics.js';

/** Everything that `ingest` measured. */
export interface IngestFindings {
  readonly options: IngestOptions;
  readonly postgresql: string;
  /** Rounds of the whole service, and of its `api` role alone. */
  readonly whole: readonly Round[];
  readonly storing: readonly Round[];
  /** Statuses per second applied while nothing came in. */
  readonly backlogPerSecond: number;
  readonly steady: Steady;
  /** Messages that are not where their statuses must have brought them. */
  readonly wrong: number;
}

/** Puts the findings into a report. */
export function ingestReport(findings: IngestFindings): Report {
  const { options, whole, storing, steady } = findings;
  const latencies = latenciesOf(steady.load.latenciesMs.subarray(0, steady.load.answered));
  const rows = GENERATORS.flatMap((generator) => rowsOf(generator, whole, storing));
  return {
    benchmark: 'ingest',
    circumstances: circumstances(findings.postgresql),
    parameters: {
      rounds: options.rounds,
      'webhooks per round': options.perRound,
      connections: options.connections,
      'steady webhooks/s': options.perSecond,
      'steady seconds': options.seconds,
      'steady connections': options.steadyConnections,
    },
    rows,
    processorUs: processorOf(findings),
    verdicts: verdictsOf(findings, rows, latencies),
    remarks: [
      `backlog applied with nothing coming in: ${findings.backlogPerSecond.toFixed(0)} statuses/s`,
      `steady: ${rateOf(steady).toFixed(0)}/s, answered in p50 ${ms(latencies.p50Ms)}, p90 ${ms(latencies.p90Ms)}, ` +
        `p99 ${ms(latencies.p99Ms)}, at most ${ms(latencies.maxMs)}`,
    ],
  };
}

/** Stored: answered by the `api` role alone. Whole: answered, and applied, by a process that does both at once. */
function rowsOf(generator: Generator, whole: readonly Round[], storing: readonly Round[]): Row[] {
  const rate = (all: readonly Round[], of: (r: Round) => number): Spread =>
    spreadOf(all.filter((r) => r.generator === generator).map(of));
  const floorOf = (r: Round) => r.floor.answered / r.floor.seconds;
  const answeredOf = (r: Round) => r.real.answered / r.real.seconds;
  const appliedOf = (r: Round) => r.real.answered / r.wholeSeconds;
  const row = (name: string, all: readonly Round[], of: (r: Round) => number) =>
    rowOf(`${name}, ${generator}`, 'webhooks/s', rate(all, of), rate(all, floorOf));
  return [row('stored', storing, answeredOf), row('whole', whole, answeredOf), row('whole, applied', whole, appliedOf)];
}

function processorOf({ whole, storing, steady }: IngestFindings): Report['processorUs'] {
  const last = (all: readonly Round[], generator: Generator) => all.filter((r) => r.generator === generator).at(-1);
  const rows = GENERATORS.flatMap((generator) => [
    [`floor, ${generator}`, last(whole, generator)?.floorUs ?? {}],
    [`stored, ${generator}`, last(storing, generator)?.realUs ?? {}],
    [`whole, ${generator}`, last(whole, generator)?.realUs ?? {}],
  ]);
  return Object.fromEntries([...rows, ['steady', steady.us]]);
}

function verdictsOf(findings: IngestFindings, rows: readonly Row[], latencies: Latencies): Verdict[] {
  const { options, steady, whole, storing, wrong } = findings;
  const rounds = [...whole, ...storing];
  const refused = steady.load.refused + rounds.reduce((sum, r) => sum + r.real.refused, 0);
  // The target is for taking webhooks in: what the floor does, made durable. Applying has targets of its own below (the
  // steady rate, every status applied, the time to applied); the rows "whole" show what both cost on the same cores.
  const takingIn = rows.filter(({ name }) => name.startsWith('stored'));
  return [
    ...takingIn.map(({ name, ratio }) => ({
      promise: `${name}: ratio at least 0.5`,
      measured: (ratio ?? 0).toFixed(2),
      holds: (ratio ?? 0) >= 0.5,
    })),
    {
      promise: `${options.perSecond} webhooks/s held for ${options.seconds} s`,
      measured: `${rateOf(steady).toFixed(0)}/s, ${refused} refused`,
      holds: rateOf(steady) >= options.perSecond * 0.99 && refused === 0,
    },
    { promise: 'every status applied', measured: `${wrong} messages not as they must be`, holds: wrong === 0 },
    { promise: 'median answer at most 250 ms', measured: ms(latencies.p50Ms), holds: latencies.p50Ms <= 250 },
    {
      promise: 'under 1 % of the answers above 1 s',
      measured: `${(latencies.aboveSecond * 100).toFixed(2)} %`,
      holds: latencies.aboveSecond < 0.01,
    },
    {
      promise: 'p99 of receipt to applied under 200 ms',
      measured: `${ms(steady.appliedP99Ms)} (${(steady.appliedWithin200Ms * 100).toFixed(1)} % within 200 ms)`,
      holds: steady.appliedWithin200Ms >= 0.99,
    },
  ];
}

const rateOf = ({ load }: Steady): number => load.answered / load.seconds;

const ms = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
