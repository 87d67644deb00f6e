import { setTimeout as delay } from 'node:timers/promises';
import { request } from 'undici';
import { type Child, startServer } from './child.js';
import { programOf } from './paths.js';
import type { RecordedSend } from './webhook-bodies.js';

/** The stub of the Graph API, in a process of its own. */
export class GraphStub {
  private constructor(private readonly child: Child & { readonly origin: string }) {}

  /** Starts it: every send is accepted after `latencyMs`. */
  static async start(p: { latencyMs: number; numbers: number }): Promise<GraphStub> {
    const args = [programOf('graph-stub'), String(p.latencyMs), String(p.numbers)];
    return new GraphStub(await startServer({ name: 'graph-stub', args }));
  }

  get origin(): string {
    return this.child.origin;
  }

  get pid(): number {
    return this.child.pid;
  }

  /** Forgets what came. */
  async reset(p: { record: boolean }): Promise<void> {
    await (await request(`${this.origin}/_reset${p.record ? '?record=1' : ''}`, { method: 'POST' })).body.dump();
  }

  /** Resolves when `count` sends have come, or the time is over. */
  async untilCame(count: number, withinMs: number): Promise<void> {
    const endAtMs = performance.now() + withinMs;
    while (Number(await this.read('/_count')) < count) {
      if (performance.now() > endAtMs)
        throw new Error(`the stub did not get ${count} sends within ${withinMs / 1000} s`);
      await delay(20);
    }
  }

  /** Arrival times in epoch milliseconds, ascending. */
  async arrivals(count: number): Promise<number[]> {
    return JSON.parse(await this.read(`/_arrivals?count=${count}`)) as number[];
  }

  /** The sends since the last reset, if it recorded. */
  async sends(): Promise<RecordedSend[]> {
    const text = await this.read('/_sends');
    return text.split('\n').map((line) => JSON.parse(line) as RecordedSend);
  }

  /** Ends it. */
  stop(): Promise<void> {
    return this.child.stop();
  }

  private async read(path: string): Promise<string> {
    return (await request(this.origin + path)).body.text();
  }
}
