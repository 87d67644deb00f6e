import type { LedgerLine } from '../../simulator/sends/ledger.js';
import type { Simulator } from '../../simulator/simulator.js';

/** What reached the platform, read from the simulator's ledger: the only witness that these suites believe. */
export interface Oracle {
  readonly lines: readonly LedgerLine[];
  /** Recipients that the platform accepted more than one message for. */
  readonly duplicates: readonly string[];
  /** Accepted sends to a recipient. */
  copies(to: string): number;
  /** All sends to a recipient, whatever came of them. */
  sends(to: string): readonly LedgerLine[];
}

/** Reads the ledger. Only for suites in which every message has a recipient of its own. */
export async function askOracle(simulator: Simulator): Promise<Oracle> {
  const lines = await simulator.ledger();
  const copies = new Map<string, number>();
  for (const line of lines) {
    if (line.wamid !== undefined && line.to !== null) copies.set(line.to, (copies.get(line.to) ?? 0) + 1);
  }
  return {
    lines,
    duplicates: [...copies].filter(([, n]) => n > 1).map(([to]) => to),
    copies: (to) => copies.get(to) ?? 0,
    sends: (to) => lines.filter((line) => line.to === to),
  };
}
