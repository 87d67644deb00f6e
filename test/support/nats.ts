import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type EmbeddedNats, findNatsServer, startEmbeddedNats } from '../../src/platform/embedded/embedded-nats.js';
import { stopAtEnd } from './cleanup.js';

/**
 * As `describe`, for suites that need a nats-server. On a machine without one the suite says in the results that it
 * was not tested; with HELIOGRAPH_REQUIRE_NATS=1 (CI) that is a failure.
 */
export function describeWithNats(title: string, suite: () => void): void {
  if (findNatsServer(process.env.PATH) !== null) {
    describe(title, suite);
    return;
  }
  it(`IS NOT TESTED: ${title}, because this machine has no nats-server`, () => {
    expect(process.env.HELIOGRAPH_REQUIRE_NATS).not.toBe('1');
  });
}

/** A NATS server of the suite's own, which can be stopped and started again on the same port with what it stored. */
export class TestNats {
  private server: EmbeddedNats | null = null;
  private readonly storeDir = mkdtempSync(path.join(tmpdir(), 'heliograph-test-nats-'));
  private port: number | undefined;

  /** Starts one; stopped, and its store removed, at the end of the file. */
  static async start(): Promise<TestNats> {
    const nats = new TestNats();
    stopAtEnd('nats-server', async () => {
      await nats.stop();
      rmSync(nats.storeDir, { recursive: true, force: true });
    });
    await nats.start();
    return nats;
  }

  /** `nats://127.0.0.1:PORT`, the same after a restart. */
  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** Starts the server again. */
  async start(): Promise<void> {
    this.server = await startEmbeddedNats({
      storeDir: this.storeDir,
      path: process.env.PATH,
      ...(this.port === undefined ? {} : { port: this.port }),
    });
    this.port = this.server.port;
  }

  /** Takes the server away. */
  async stop(): Promise<void> {
    await this.server?.stop();
    this.server = null;
  }
}
