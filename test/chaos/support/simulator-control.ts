import { readFileSync } from 'node:fs';
import { request } from 'undici';
import type { WireLine } from '../checker/ledgers.js';

/** The simulator's control API and its ledger file, which is the oracle. */
export class SimulatorControl {
  constructor(
    readonly url: string,
    private readonly ledgerFile: string,
  ) {}

  /** Replaces the faults; docs/simulator.md has the form. */
  faults(faults: object): Promise<void> {
    return this.post('/_simulator/faults', faults);
  }

  /** Holds webhooks back. */
  pauseWebhooks(): Promise<void> {
    return this.post('/_simulator/webhooks/pause', {});
  }

  /** Lets them go again. */
  resumeWebhooks(): Promise<void> {
    return this.post('/_simulator/webhooks/resume', {});
  }

  /** Whether no send is in hand and no webhook is pending. */
  async isIdle(): Promise<boolean> {
    const { statusCode, body } = await request(`${this.url}/_simulator/idle?timeout_ms=0`);
    await body.dump();
    return statusCode === 200;
  }

  /** The lines of the ledger file from a byte on; a line that is still being written is left out. */
  ledgerFrom(offset: number): WireLine[] {
    const bytes = readFileSync(this.ledgerFile).subarray(offset);
    const whole = bytes.subarray(0, bytes.lastIndexOf(10) + 1).toString('utf8');
    return whole
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as WireLine);
  }

  /** Length of the ledger file in bytes. */
  ledgerSize(): number {
    return readFileSync(this.ledgerFile).length;
  }

  private async post(path: string, body: object): Promise<void> {
    const answer = await request(`${this.url}${path}`, { method: 'POST', body: JSON.stringify(body) });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`POST ${path} answered ${answer.statusCode}: ${text}`);
  }
}
