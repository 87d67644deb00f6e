import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks per second in /proc; 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

interface ProcessTimes {
  readonly parent: number;
  readonly ms: number;
  readonly endedChildrenMs: number;
}

/**
 * Processor time in milliseconds that a process and its descendants have used, ended children included; null where
 * there is no /proc. On a shared machine it is steadier than the clock: waiting for a core does not count.
 */
export function processorMs(pid: number): number | null {
  const all = readAll();
  return all?.has(pid) === true ? sumOf(pid, all) : null;
}

function sumOf(pid: number, all: ReadonlyMap<number, ProcessTimes>): number {
  const own = all.get(pid);
  let sum = (own?.ms ?? 0) + (own?.endedChildrenMs ?? 0);
  for (const [id, { parent }] of all) if (parent === pid) sum += sumOf(id, all);
  return sum;
}

function readAll(): Map<number, ProcessTimes> | null {
  let names: string[];
  try {
    names = readdirSync('/proc');
  } catch {
    return null;
  }
  const all = new Map<number, ProcessTimes>();
  for (const name of names) {
    const times = /^\d+$/.test(name) ? readOne(name) : null;
    if (times !== null) all.set(Number(name), times);
  }
  return all;
}

function readOne(pid: string): ProcessTimes | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The program's name stands in parentheses and may hold spaces; the fields after it are numbered from 3 (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = (from: number) => Number(fields[from - 3]) + Number(fields[from - 2]);
    const toMs = 1000 / TICKS_PER_SECOND;
    return { parent: Number(fields[1]), ms: ticks(14) * toMs, endedChildrenMs: ticks(16) * toMs };
  } catch {
    // It ended between the listing and the look.
    return null;
  }
}

/** Processor time per unit of work of some processes, and of this one as `load`, from its making on. */
export class ProcessorMeter {
  private readonly before: ReadonlyMap<string, number | null>;
  private readonly own = process.cpuUsage();

  /** Begins; `pids` names the processes. */
  constructor(private readonly pids: Readonly<Record<string, number>>) {
    this.before = new Map(Object.entries(pids).map(([name, pid]) => [name, processorMs(pid)]));
  }

  /** Microseconds per unit since the beginning, by name of the process; what cannot be measured is left out. */
  perUnit(units: number): Readonly<Record<string, number>> {
    const own = process.cpuUsage(this.own);
    const result: Record<string, number> = { load: Math.round((own.user + own.system) / units) };
    for (const [name, pid] of Object.entries(this.pids)) {
      const [before, after] = [this.before.get(name), processorMs(pid)];
      if (typeof before === 'number' && after !== null) result[name] = Math.round(((after - before) * 1000) / units);
    }
    return result;
  }
}
