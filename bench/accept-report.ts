import type { AcceptOptions } from './command-line.js';
import { circumstances } from './machine.js';
import { type Report, rowOf } from './report.js';
import { latenciesOf, spreadOf } from './statistics.js';

/** What one way in came to over all rounds. */
export interface WireFigures {
  readonly name: string;
  /** Name of its floor; null for a floor. */
  readonly floor: string | null;
  /** Messages per second, by round. */
  readonly rates: readonly number[];
  /** Milliseconds of every request. */
  readonly latenciesMs: readonly number[];
  /** Processor time per message in the last round, in microseconds, by process. */
  readonly us: Readonly<Record<string, number>>;
}

/** What issue 5 asks of batches on two cores. */
const TARGET = 20_000;

/** Puts the figures together: a row for each wire, with its latencies as remarks. */
export function acceptReport(p: {
  readonly options: AcceptOptions;
  readonly postgresql: string;
  readonly figures: readonly WireFigures[];
}): Report {
  const floors = new Map(p.figures.map((figure) => [figure.name, spreadOf(figure.rates)]));
  const wires = p.figures.filter((figure) => figure.floor !== null);
  const batches = wires.filter(({ name }) => name.includes(','));
  return {
    benchmark: 'accept',
    circumstances: circumstances(p.postgresql),
    parameters: {
      rounds: p.options.rounds,
      'messages per round in batches': p.options.messages,
      'one by one': Math.ceil(p.options.messages / 5),
    },
    rows: wires.map(({ name, rates, floor }) => rowOf(name, 'msg/s', spreadOf(rates), floors.get(floor ?? '') ?? null)),
    processorUs: Object.fromEntries(p.figures.map(({ name, us }) => [name, us])),
    verdicts: batches.map(({ name, rates }) => {
      const { median } = spreadOf(rates);
      return { promise: `${name}: at least ${TARGET}/s`, measured: `${Math.round(median)}/s`, holds: median >= TARGET };
    }),
    remarks: p.figures.map(({ name, latenciesMs }) => {
      const { p50Ms, p99Ms } = latenciesOf(latenciesMs);
      return `ms for a request, ${name}: p50 ${p50Ms.toFixed(1)}, p99 ${p99Ms.toFixed(1)}`;
    }),
  };
}
