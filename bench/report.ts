import type { Circumstances } from './machine.js';
import type { Spread } from './statistics.js';

/** Something the issue asks for, and whether this run shows it. */
export interface Verdict {
  readonly promise: string;
  readonly measured: string;
  readonly holds: boolean;
}

/** One line of the table: floor and real thing of the same rounds. */
export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly floor: Spread | null;
  readonly real: Spread;
  /** Median of the real thing over the median of the floor. */
  readonly ratio: number | null;
}

/** What one benchmark found. */
export interface Report {
  readonly benchmark: 'ingest' | 'send' | 'accept' | 'limits' | 'priority' | 'limiter' | 'lanes';
  readonly circumstances: Circumstances;
  readonly parameters: Readonly<Record<string, number | string>>;
  readonly rows: readonly Row[];
  /** Microseconds of processor time per webhook or message, by process. */
  readonly processorUs: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly verdicts: readonly Verdict[];
  readonly remarks: readonly string[];
}

/** A line of the table. */
export function rowOf(name: string, unit: string, real: Spread, floor: Spread | null = null): Row {
  return { name, unit, floor, real, ratio: floor === null ? null : real.median / floor.median };
}

/** The report for people: plain text, at most 120 columns. */
export function toText(report: Report): string {
  const c = report.circumstances;
  return [
    '',
    `${report.benchmark}: ${c.at}, commit ${c.commit ?? 'unknown'}`,
    `  ${c.cores} cores (${c.processor}), ${c.memoryGb} GB, load ${c.load}, ${c.platform}, Node ${c.node}, PostgreSQL ${c.postgresql}`,
    `  ${pairs(report.parameters)}`,
    '',
    line(['', 'floor (min … max)', 'gateway (min … max)', 'ratio']),
    ...report.rows.map((row) =>
      line([`${row.name}, ${row.unit}`, spread(row.floor), spread(row.real), row.ratio?.toFixed(2) ?? '']),
    ),
    '',
    ...Object.entries(report.processorUs).map(([of, us]) => `  processor µs each, ${of}: ${pairs(us)}`),
    ...report.remarks.map((remark) => `  ${remark}`),
    '',
    ...report.verdicts.map((v) => `  ${v.holds ? 'holds ' : 'MISSED'}  ${v.promise}: ${v.measured}`),
    '',
  ].join('\n');
}

const line = ([name = '', floor = '', real = '', ratio = '']: readonly string[]): string =>
  `  ${name.padEnd(36)}${floor.padEnd(30)}${real.padEnd(30)}${ratio}`.trimEnd();

const pairs = (values: Readonly<Record<string, number | string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${value}`)
    .join(' · ');

function spread(value: Spread | null): string {
  return value === null ? '' : `${figure(value.median)} (${figure(value.min)} … ${figure(value.max)})`;
}

/** Three digits are more than these measurements are good for. */
function figure(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));
}
