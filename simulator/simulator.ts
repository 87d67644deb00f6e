import { mkdtempSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monotonicClock } from './clock.js';
import { FaultDealer } from './faults.js';
import { Handshake, type HandshakeState } from './handshake.js';
import { HttpServer, type ReceivedRequest } from './http-server.js';
import { Ledger, type LedgerLine } from './ledger.js';
import type { SimulatorOptions } from './options.js';
import { createRandom, type Random } from './random.js';
import { writeReply } from './reply.js';
import { ControlRoutes } from './routes/control.js';
import { GraphRoutes } from './routes/graph.js';
import { readFaults, readScenario } from './scenario.js';
import { Scheduler } from './scheduler.js';
import { SendCounters, type SendStats } from './send-counters.js';
import { SendDesk } from './send-desk.js';
import { PlatformState } from './state.js';
import { UsageMeter } from './usage.js';
import { WebhookSender, type WebhookStats } from './webhook-sender.js';

/** A summary of what happened since the start or the last reset. */
export interface SimulatorStats extends SendStats {
  /** Most accepted sends in any one sliding second, by phone number id. */
  readonly max_in_any_second: Readonly<Record<string, number>>;
  readonly webhooks: WebhookStats;
  readonly handshake: HandshakeState;
}

/** A running simulator. */
export interface Simulator {
  /** Base URL without a version or a final slash. */
  readonly url: string;
  /** Every send received, in order; all durable. */
  ledger(): Promise<LedgerLine[]>;
  stats(): SimulatorStats;
  /** Replaces the faults: a preset's name or an object as in a scenario. Throws an InputError. */
  setFaults(faults: unknown): void;
  /** Stops at once: connections are cut, pending webhooks are forgotten. */
  close(): Promise<void>;
}

/** How often a caller that waits for idleness is looked after. */
const IDLE_LOOK_MS = 5;

/** Starts a simulator and resolves when it takes requests. Throws an InputError when the options are no good. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const platform = new Platform(options);
  const port = await platform.server.listen(options.port ?? 0).catch(async (error: unknown) => {
    await platform.close();
    throw error;
  });
  if (options.callbackUrl !== undefined) platform.setCallback(options.callbackUrl);
  return {
    url: `http://127.0.0.1:${port}`,
    ledger: () => platform.ledger.lines(),
    stats: () => platform.stats(),
    setFaults: (faults) => platform.setFaults(faults),
    close: () => platform.close(),
  };
}

/** Everything of one simulator, wired together. */
class Platform {
  readonly server = new HttpServer((request, res) => void this.handle(request, res));
  readonly ledger: Ledger;
  private readonly timers = new Scheduler(monotonicClock);
  private readonly usage = new UsageMeter(monotonicClock);
  private readonly counters = new SendCounters();
  private readonly state: PlatformState;
  private readonly dealer: FaultDealer;
  private readonly webhooks: WebhookSender;
  private readonly handshake: Handshake;
  private readonly graph: GraphRoutes;
  private readonly control: ControlRoutes;
  private statusRandom: Random;
  /** Requests to Graph that have not been judged and put into the ledger. */
  private inHand = 0;

  constructor(private readonly options: SimulatorOptions) {
    const { seed = 1, timeScale = 1, latencyMs = 30, accessToken } = options;
    const scenario = readScenario(options.scenario, options.faults ?? 'none');
    this.state = new PlatformState(scenario, options.mps ?? 80, options.phoneNumbers ?? 1);
    this.dealer = new FaultDealer(seed, scenario.faults);
    this.statusRandom = createRandom(seed, 'statuses');
    this.ledger = new Ledger(
      options.ledgerFile ?? path.join(mkdtempSync(path.join(tmpdir(), 'simulator-')), 'ledger.ndjson'),
    );
    this.handshake = new Handshake(this.timers, options.verifyToken ?? 'verify-token');
    this.webhooks = new WebhookSender({
      scheduler: new Scheduler(monotonicClock),
      clock: monotonicClock,
      random: createRandom(seed, 'webhooks'),
      appSecret: options.appSecret ?? 'app-secret',
      timeScale,
      faults: () => this.dealer.settings.webhooks,
      isSubscribed: (wabaId) => this.state.wabas.get(wabaId)?.subscribed ?? false,
    });
    const { ledger, dealer, webhooks, counters, state } = this;
    const { delays, recipients } = scenario;
    const random = () => this.statusRandom;
    const clock = monotonicClock;
    const desk = new SendDesk({
      clock,
      ledger,
      dealer,
      webhooks,
      counters,
      random,
      delays,
      recipients,
      timeScale,
      latencyMs,
    });
    this.graph = new GraphRoutes({ clock, state, desk, latencyMs, accessToken });
    this.control = new ControlRoutes({
      clock,
      state,
      ledger,
      webhooks,
      stats: () => this.stats(),
      setFaults: (faults) => this.setFaults(faults),
      setCallback: (url) => this.setCallback(url),
      reset: () => this.reset(),
      whenIdle: (timeoutMs) => this.whenIdle(timeoutMs),
    });
  }

  stats(): SimulatorStats {
    const numbers = [...this.state.numbers.values()];
    return {
      ...this.counters.stats,
      max_in_any_second: Object.fromEntries(numbers.map(({ id, throughput }) => [id, throughput.maxSends])),
      webhooks: this.webhooks.stats,
      handshake: this.handshake.state,
    };
  }

  setFaults(faults: unknown): void {
    this.dealer.use(readFaults(faults));
  }

  setCallback(url: string | undefined): void {
    this.webhooks.setCallback(url);
    if (url === undefined) this.handshake.stop();
    else this.handshake.start(url);
  }

  async close(): Promise<void> {
    this.handshake.stop();
    await this.webhooks.close();
    await this.server.close();
    this.timers.clear();
    await this.ledger.close();
  }

  /** As new, but for the callback and the faults that were set; their chances begin anew with the seed. */
  private async reset(): Promise<void> {
    this.webhooks.reset();
    this.state.reset();
    this.dealer.reset();
    this.counters.reset();
    this.statusRandom = createRandom(this.options.seed ?? 1, 'statuses');
    await this.ledger.reset();
  }

  private whenIdle(timeoutMs: number): Promise<boolean> {
    const untilMs = monotonicClock() + timeoutMs;
    return new Promise((resolve) => {
      const look = (): void => {
        const isIdle = this.inHand === 0 && this.webhooks.pending === 0;
        if (isIdle || monotonicClock() >= untilMs) resolve(isIdle);
        else this.timers.after(IDLE_LOOK_MS, look);
      };
      look();
    });
  }

  private async handle(request: ReceivedRequest, res: ServerResponse): Promise<void> {
    try {
      if (request.path.startsWith('/_simulator/')) {
        writeReply(res, await this.control.answer(request), {});
        return;
      }
      const arrivedAtMs = monotonicClock();
      this.inHand++;
      const { reply, delayMs, wabaId, kind } = await this.graph.answer(request).finally(() => this.inHand--);
      const headers = this.usage.headersFor(wabaId, kind);
      const waitMs = arrivedAtMs + delayMs - monotonicClock();
      if (waitMs <= 0) writeReply(res, reply, headers);
      else this.timers.after(waitMs, () => writeReply(res, reply, headers));
    } catch (error) {
      // Most likely the ledger cannot be written; what is not in it must not be answered either.
      process.emitWarning(error as Error);
      res.destroy();
    }
  }
}
