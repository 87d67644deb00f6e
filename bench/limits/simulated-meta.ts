import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { APP_SECRET } from '../accounts.js';
import { startServer } from '../child.js';
import type { Arrival } from './judge.js';

/** The one number of the simulator that everything is sent from. */
export const SIMULATED_NUMBER = '106540352242922';

/** What the simulator says of itself, as far as the benchmarks look. */
interface Stats {
  readonly sends: number;
  readonly accepted: number;
}

/** The simulator as a process of its own: Meta with one number, whose limiter shares no code with ours. */
export class SimulatedMeta {
  private readonly control: Pool;

  private constructor(
    private readonly child: Awaited<ReturnType<typeof startServer>>,
    private readonly folder: string,
  ) {
    this.control = new Pool(child.origin, { connections: 2, headersTimeout: 120_000, bodyTimeout: 120_000 });
  }

  /** Starts it with a number at `mps` messages per second. Statuses are few: what is measured is the way out. */
  static async start(mps: number, latencyMs = 30): Promise<SimulatedMeta> {
    const folder = mkdtempSync(path.join(tmpdir(), 'bench-meta-'));
    const scenario = path.join(folder, 'scenario.json');
    const faults = { webhooks: { batch_max: 100, batch_wait_ms: 20 } };
    writeFileSync(scenario, JSON.stringify({ faults, outcomes: { delivered: 0, failed: 0, read: 0 } }));
    const flags = {
      'app-secret': APP_SECRET,
      'verify-token': 'bench-verify-token',
      mps: String(mps),
      'latency-ms': String(latencyMs),
      scenario,
      ledger: path.join(folder, 'ledger.ndjson'),
    };
    const args = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value]);
    const child = await startServer({ name: 'the simulator', args: ['dist/simulator/main.js', ...args] });
    return new SimulatedMeta(child, folder);
  }

  get origin(): string {
    return this.child.origin;
  }

  get pid(): number {
    return this.child.pid;
  }

  /** Asks something of its control API (docs/simulator.md), below `/_simulator/`. */
  async tell(what: string, body: object): Promise<void> {
    const path = `/_simulator/${what}`;
    const answer = await this.control.request({ path, method: 'POST', body: JSON.stringify(body) });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`POST ${path}: HTTP ${answer.statusCode} ${text}`);
  }

  /** What it counted so far. */
  async stats(): Promise<Stats> {
    const answer = await this.control.request({ path: '/_simulator/stats', method: 'GET' });
    return (await answer.body.json()) as Stats;
  }

  /** Waits until so many messages were accepted. Throws when the time is over. */
  async untilAccepted(count: number, withinMs: number): Promise<void> {
    const endAtMs = performance.now() + withinMs;
    for (let seen = 0; seen < count; seen = (await this.stats()).accepted) {
      if (performance.now() > endAtMs) throw new Error(`${seen} of ${count} messages within ${withinMs / 1000} s`);
      await delay(20);
    }
  }

  /** Every send that arrived so far, in order. */
  async arrivals(): Promise<Arrival[]> {
    const answer = await this.control.request({ path: '/_simulator/ledger', method: 'GET' });
    const lines = (await answer.body.text()).split('\n').filter((line) => line !== '');
    return lines.map((line) => {
      const { at_ms, to, outcome, code } = JSON.parse(line) as {
        at_ms: number;
        to: string;
        outcome: string;
        code?: number;
      };
      return { atMs: at_ms, to, code: outcome === 'refused' ? (code ?? 0) : null };
    });
  }

  /** Ends it and removes its ledger. */
  async stop(): Promise<void> {
    await this.control.destroy();
    await this.child.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
