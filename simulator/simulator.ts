import type { SimulatorOptions } from './options.js';
import { Platform, type SimulatorStats } from './platform.js';
import { readFaults } from './scenario/scenario.js';
import type { LedgerLine } from './sends/ledger.js';
import type { OverrideLookup } from './webhooks/webhook-sender.js';

/** A running simulator. */
export interface Simulator {
  /** Base URL without a version or a final slash. */
  readonly url: string;
  /** Every send received, in order; all durable. */
  ledger(): Promise<LedgerLine[]>;
  stats(): SimulatorStats;
  /** Replaces the faults: a preset's name or an object as in a scenario. Throws an InputError. */
  setFaults(faults: unknown): void;
  /** Sends `messages` webhooks of some numbers to other callbacks, as the override endpoints do. */
  useOverrides(overrideOf: OverrideLookup): void;
  /** Stops at once: connections are cut, pending webhooks are forgotten. */
  close(): Promise<void>;
}

/** Starts a simulator and resolves when it takes requests. Throws an InputError when the options are no good. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const platform = new Platform(options);
  try {
    await platform.listen();
  } catch (error) {
    await platform.close();
    throw error;
  }
  if (options.callbackUrl !== undefined) platform.setCallback(options.callbackUrl);
  return {
    url: platform.baseUrl,
    ledger: () => platform.world.ledger.lines(),
    stats: () => platform.stats(),
    setFaults: (faults) => platform.world.dealer.use(readFaults(faults)),
    useOverrides: (overrideOf) => platform.world.webhooks.useOverrides(overrideOf),
    close: () => platform.close(),
  };
}
