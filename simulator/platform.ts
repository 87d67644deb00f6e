import { mkdtempSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Accounts } from './assets/accounts.js';
import { takeAccounts } from './assets/accounts-birth.js';
import { DEFAULTS, PlatformState } from './assets/platform-state.js';
import { RandomStreams } from './chance/streams.js';
import { Busy } from './clock/busy.js';
import { monotonicClock } from './clock/clock.js';
import { PlatformTime } from './clock/platform-time.js';
import { Scheduler } from './clock/scheduler.js';
import { Timers } from './clock/timers.js';
import { ControlRegistry } from './control/control-registry.js';
import { GraphRouter } from './graph/graph-router.js';
import type { Policies } from './graph/policies.js';
import { GraphRegistry } from './graph/registry.js';
import { HttpServer, type ReceivedRequest } from './http/http-server.js';
import { writeReply } from './http/reply.js';
import { MediaStore } from './media/media-store.js';
import { MODULES } from './modules.js';
import type { SimulatorOptions } from './options.js';
import { takeAssets, takeFaults } from './scenario/scenario.js';
import { ScenarioReader } from './scenario/scenario-reader.js';
import { FaultDealer } from './sends/faults.js';
import { Ledger } from './sends/ledger.js';
import { People } from './sends/people.js';
import { SendCounters, type SendStats } from './sends/send-counters.js';
import { SendRules } from './sends/send-rules.js';
import { WamidSource } from './sends/wamid.js';
import { StateKeeper } from './state/state-keeper.js';
import { makeTemplates } from './templates/templates.js';
import { Traffic } from './traffic.js';
import { InboundDoor } from './users/inbound-door.js';
import type { WebhookStats } from './webhooks/delivery.js';
import { Handshake, type HandshakeState } from './webhooks/handshake.js';
import { WebhookSender } from './webhooks/webhook-sender.js';
import { readWebhookSettings } from './webhooks/webhook-settings.js';
import type { Whole, World } from './world.js';

/** A summary of what happened since the start or the last reset. */
export interface SimulatorStats extends SendStats {
  /** Most accepted sends in any one sliding second, by phone number id. */
  readonly max_in_any_second: Readonly<Record<string, number>>;
  readonly webhooks: WebhookStats;
  readonly handshake: HandshakeState;
}

/** How often a caller that waits for idleness is looked after. */
const IDLE_LOOK_MS = 5;

const CONTROL = '/_simulator/';

/** Everything of one simulator, wired together: it makes the world, has the modules furnish it, and serves it. */
export class Platform implements Whole {
  readonly world: World;
  private readonly server: HttpServer;
  private readonly handshake: Handshake;
  private readonly router: GraphRouter;
  private port = 0;

  /** Throws an InputError that names every mistake of the scenario. */
  constructor(private readonly options: SimulatorOptions) {
    this.world = this.makeWorld();
    const { world } = this;
    for (const furnish of MODULES) furnish(world);
    world.scenario.done();
    this.handshake = new Handshake(world.realTimers, options.verifyToken ?? 'verify-token');
    this.router = new GraphRouter({
      clock: world.clock,
      registry: world.graph,
      policies: world.policies,
      latencyMs: world.settings.latencyMs,
      defaultWabaId: DEFAULTS.wabaId,
    });
    this.server = new HttpServer(
      (request, res) => void this.handle(request, res),
      (method, where) => (where.startsWith(CONTROL) ? world.control : this.router).readsStream(method, where),
    );
  }

  get baseUrl(): string {
    const { host = '127.0.0.1' } = this.options;
    return `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${this.port}`;
  }

  /** Resolves when requests are taken. */
  async listen(): Promise<void> {
    this.port = await this.server.listen(this.options.port ?? 0, this.options.host ?? '127.0.0.1');
  }

  stats(): SimulatorStats {
    const { counters, assets, webhooks } = this.world;
    const numbers = [...assets.numbers.values()];
    return {
      ...counters.stats,
      max_in_any_second: Object.fromEntries(numbers.map(({ id, throughput }) => [id, throughput.maxSends])),
      webhooks: webhooks.stats,
      handshake: this.handshake.state,
    };
  }

  setCallback(url: string | undefined): void {
    this.world.webhooks.setCallback(url);
    if (url === undefined) this.handshake.stop();
    else this.handshake.start(url);
  }

  async reset(): Promise<void> {
    await this.world.ledger.flush();
    this.world.state.reset();
  }

  async save(): Promise<Buffer> {
    await this.world.busy.whenQuiet();
    await this.world.ledger.flush();
    return this.world.state.save();
  }

  async load(bytes: Buffer): Promise<void> {
    await this.world.busy.whenQuiet();
    await this.world.ledger.flush();
    this.world.state.load(bytes);
  }

  whenIdle(timeoutMs: number): Promise<boolean> {
    const { busy, webhooks, realTimers } = this.world;
    const untilMs = monotonicClock() + timeoutMs;
    return new Promise((resolve) => {
      const look = (): void => {
        const isIdle = busy.isQuiet && webhooks.pending === 0;
        if (isIdle || monotonicClock() >= untilMs) resolve(isIdle);
        else realTimers.after(IDLE_LOOK_MS, look);
      };
      look();
    });
  }

  async close(): Promise<void> {
    this.handshake.stop();
    await this.world.webhooks.close();
    await this.server.close();
    this.world.timers.reset();
    this.world.realTimers.clear();
    this.world.media.close();
    await this.world.ledger.close();
  }

  private makeWorld(): World {
    const { options } = this;
    const { seed = 1, timeScale = 1, latencyMs = 30, clock: mode = 'real' } = options;
    const scenario = new ScenarioReader(options.scenario);
    const time = new PlatformTime(mode, options.startAtMs);
    const busy = new Busy();
    const timers = new Timers(time, busy);
    const state = new StateKeeper();
    const dealer = new FaultDealer(seed, takeFaults(scenario, options.faults ?? 'none'));
    const birth = { ...takeAssets(scenario), mps: options.mps ?? 80, defaultNumbers: options.phoneNumbers ?? 1 };
    const assets = new PlatformState(birth);
    const random = new RandomStreams(seed);
    const webhooks = new WebhookSender({
      timers,
      busy,
      clock: time.now,
      random: random.stream('webhooks'),
      appSecret: options.appSecret ?? 'app-secret',
      settings: scenario.section('webhooks', readWebhookSettings),
      timeScale,
      faults: () => dealer.settings.webhooks,
      isSubscribed: (wabaId) => assets.wabas.get(wabaId)?.subscribed ?? false,
    });
    const ledgerFile = options.ledgerFile ?? path.join(mkdtempSync(path.join(tmpdir(), 'simulator-')), 'ledger.ndjson');
    const heldTimers = state.keep('timers', timers);
    const accounts = state.keep('accounts', new Accounts(assets, time.now, takeAccounts(scenario, assets, time.now())));
    const ground = { accounts, assets, clock: time.now, scenario, state, timers, timeScale, webhooks };
    state.keep('clock', {
      reset: () => undefined,
      save: () => time.now(),
      load: (atMs) => time.restore(atMs as number),
    });
    const traffic = new Traffic();
    const media = state.keep('media', new MediaStore());
    const wamids = new WamidSource(seed, time.now, state);
    return {
      options,
      settings: { seed, timeScale, latencyMs: mode === 'virtual' ? 0 : latencyMs },
      scenario,
      clock: time.now,
      time,
      timers: heldTimers,
      realTimers: new Scheduler(monotonicClock),
      busy,
      random: state.keep('random', random),
      state,
      assets: state.keep('assets', assets),
      accounts,
      templates: makeTemplates(ground),
      media,
      graph: new GraphRegistry(),
      control: new ControlRegistry(),
      policies: openPolicies(),
      rules: new SendRules(),
      people: state.keep('people', new People()),
      traffic,
      wamids,
      inbound: new InboundDoor({ clock: time.now, media, wamids, traffic, webhooks }),
      readers: { ruleOf: () => undefined },
      dealer: state.keep('faults', dealer),
      ledger: state.keep('ledger', new Ledger(ledgerFile)),
      counters: state.keep('counters', new SendCounters()),
      webhooks: state.keep('webhooks', webhooks),
      whole: this,
      baseUrl: () => this.baseUrl,
    };
  }

  private async handle(request: ReceivedRequest, res: ServerResponse): Promise<void> {
    const { control, busy, realTimers, time } = this.world;
    try {
      if (request.path.startsWith(CONTROL)) {
        writeReply(res, await control.answer(request), {});
        return;
      }
      const answering = busy.during(this.router.answer(request));
      // A send is judged in the call above. Counted from before it, whatever stands still in between would be hidden in
      // the latency, and a client could not know that its message arrived later than its answer suggests.
      const judgedAtMs = monotonicClock();
      const { reply, delayMs, headers } = await answering;
      // On a virtual clock an answer would wait for somebody to move the clock who may be waiting for the answer.
      const waitMs = time.mode === 'virtual' ? 0 : judgedAtMs + delayMs - monotonicClock();
      if (waitMs <= 0) writeReply(res, reply, headers);
      else realTimers.after(waitMs, () => writeReply(res, reply, headers));
    } catch (error) {
      // Most likely the ledger cannot be written; what is not in it must not be answered either.
      process.emitWarning(error as Error);
      res.destroy();
    }
  }
}

/** What holds until modules put their own: every token is good, every budget is endless. */
const openPolicies = (): Policies => ({
  judgeAccess: () => undefined,
  callFault: () => undefined,
  meter: { count: () => undefined, headers: () => ({}) },
});
