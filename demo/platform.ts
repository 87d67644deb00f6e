import { DemoError } from './demo-error.js';
import { JsonClient } from './json-client.js';
import type { LedgerLine } from './wire.js';

/** The simulator's control API: what the platform itself says of what reached it. */
export class Platform {
  private readonly client: JsonClient;

  constructor(readonly url: string) {
    this.client = new JsonClient(url, {}, 2);
  }

  /** Whether no send is in hand and no webhook is pending at this moment. */
  async isIdle(): Promise<boolean> {
    return (await this.client.get('/_simulator/idle?timeout_ms=0')).status === 200;
  }

  /** Every send that reached the platform. */
  async ledger(): Promise<LedgerLine[]> {
    const { status, text } = await this.client.get('/_simulator/ledger');
    if (status !== 200) throw new DemoError(`The simulator answered GET /_simulator/ledger with HTTP ${status}`);
    return readLedger(text);
  }

  /** Replaces the faults; docs/simulator.md has the form. */
  async setFaults(faults: object): Promise<void> {
    const { status, text } = await this.client.post('/_simulator/faults', faults);
    if (status !== 200) throw new DemoError(`The simulator refused the faults: ${text}`);
  }

  /** Cuts the connections. */
  close(): Promise<void> {
    return this.client.close();
  }
}

/** Reads NDJSON. The bodies of the sends are dropped line by line, for a large run has a large ledger. */
export function readLedger(text: string): LedgerLine[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { body: _, ...rest } = JSON.parse(line) as LedgerLine & { body?: unknown };
      return rest;
    });
}
