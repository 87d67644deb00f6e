import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { findNatsServer, startEmbeddedNats } from '../../../src/platform/embedded/embedded-nats.js';
import { startEmbeddedPostgres } from '../../../src/platform/embedded/embedded-postgres.js';
import { compileService } from './compiled-service.js';
import { CursorReader, type RunningReader, StreamReader } from './event-readers.js';
import { Front } from './front.js';
import { type GatewayOptions, GatewayProcess } from './gateway-process.js';
import { SimulatorControl } from './simulator-control.js';
import { Victim } from './victim.js';

/** The simulator's own accounts (docs/simulator.md), as a bootstrap file gives them to the gateway. */
const BUSINESS = '2729063490586005';
const WABA = '102290129340398';
const APP = '634974688087057';
const FIRST_NUMBER = 106540352242922n;
const SECRETS = { app: 'chaos-app-secret', verify: 'chaos-verify-token', access: 'chaos-access-token' };

/** The key that the suite's clients speak with. */
export const API_KEY = 'chaos-suite-api-key-0123456789abcdef';

/** Lanes, and what each may send per second. */
export const LANES = { count: 4, mps: 80 };

/** How long a statement of the suite's own may take; it looks while a round is on. */
const QUERY_WITHIN_MS = 5000;

/** Everything that survives the rounds: servers, simulator, load balancer, readers of events; and what starts gateways. */
export class Stack {
  readonly phoneNumberIds = Array.from({ length: LANES.count }, (_, i) => String(FIRST_NUMBER + BigInt(i)));
  readonly gateways: GatewayProcess[] = [];

  private constructor(
    readonly folder: string,
    readonly front: Front,
    readonly simulator: SimulatorControl,
    readonly db: pg.Pool,
    readonly readers: readonly RunningReader[],
    private readonly parts: Parts,
  ) {}

  /** Starts everything but gateways. `folder` is an empty one. */
  static async start(folder: string, seed: number): Promise<Stack> {
    const compiled = compileService(folder);
    const postgres = await startEmbeddedPostgres({ dataDir: path.join(folder, 'postgres') });
    const program = findNatsServer(process.env.PATH ?? '');
    const nats = program === null ? null : await startEmbeddedNats({ storeDir: path.join(folder, 'nats'), program });
    const front = new Front();
    await front.listen();
    const ledgerFile = path.join(folder, 'ledger.ndjson');
    const platform = new Victim({
      name: 'simulator',
      args: [compiled('simulator/main.js'), ...simulatorFlags(front.url, ledgerFile, seed)],
      env: {},
      logFile: path.join(folder, 'simulator.log'),
    });
    const [, simulatorUrl = ''] = await platform.line(/listening on (\S+)/, 30_000);
    const parts: Parts = { compiled, postgres, nats, platform, simulatorUrl, bootstrapFile: writeBootstrap(folder) };
    const db = new pg.Pool({ connectionString: postgres.url, max: 3, query_timeout: QUERY_WITHIN_MS });
    db.on('error', () => undefined);
    const readers = [new CursorReader(front.url, API_KEY), ...(nats === null ? [] : [new StreamReader(nats.url)])];
    mkdirSync(path.join(folder, 'logs'));
    return new Stack(folder, front, new SimulatorControl(simulatorUrl, ledgerFile), db, readers, parts);
  }

  /** Whether there is a bus. */
  get hasBus(): boolean {
    return this.parts.nats !== null;
  }

  /** Gateways that live, ready or not. */
  get alive(): GatewayProcess[] {
    return this.gateways.filter((g) => g.victim.isAlive);
  }

  /** Starts a gateway; its `ready` tells when it takes requests. */
  startGateway(options: GatewayOptions): GatewayProcess {
    const n = this.gateways.length + 1;
    const { compiled } = this.parts;
    const gateway = new GatewayProcess(
      {
        name: `gateway-${n}`,
        args: ['--disable-proto=delete', compiled('src/main.js')],
        env: this.environmentOf(options),
        logFile: path.join(this.folder, 'logs', `gateway-${n}.log`),
      },
      (port) => {
        this.front.add(port);
        void gateway.victim.gone.then(() => this.front.remove(port));
      },
    );
    this.gateways.push(gateway);
    return gateway;
  }

  /** Runs a query on the service's database. */
  async rows<T>(text: string, values: unknown[] = []): Promise<T[]> {
    return (await this.db.query(text, values)).rows as T[];
  }

  /** Stops everything. */
  async stop(): Promise<void> {
    await Promise.all(this.alive.map((g) => g.victim.kill()));
    await Promise.allSettled(this.readers.map((r) => r.stop()));
    await this.parts.platform.kill();
    await this.front.close();
    await this.db.end();
    await this.parts.nats?.stop();
    await this.parts.postgres.stop();
  }

  private environmentOf({ crashAt, lease }: GatewayOptions): Record<string, string> {
    const { postgres, nats, simulatorUrl, bootstrapFile } = this.parts;
    return {
      NODE_ENV: 'test',
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: '0',
      GRPC_PORT: '0',
      DATABASE_URL: postgres.url,
      NATS_URL: nats?.url ?? 'off',
      GRAPH_BASE_URL: simulatorUrl,
      BOOTSTRAP_FILE: bootstrapFile,
      LEASE_MS: String(lease.leaseMs),
      GRAPH_TIMEOUT_MS: String(lease.graphTimeoutMs),
      UNKNOWN_HOLD_MS: '3000',
      ...(crashAt === undefined ? {} : { CRASH_AT: crashAt }),
    };
  }
}

interface Parts {
  readonly compiled: (file: string) => string;
  readonly postgres: { readonly url: string; stop(): Promise<void> };
  readonly nats: { readonly url: string; stop(): Promise<void> } | null;
  readonly platform: Victim;
  readonly simulatorUrl: string;
  readonly bootstrapFile: string;
}

function simulatorFlags(frontUrl: string, ledgerFile: string, seed: number): string[] {
  const flags = {
    'callback-url': `${frontUrl}/webhooks/whatsapp`,
    'app-secret': SECRETS.app,
    'verify-token': SECRETS.verify,
    'access-token': SECRETS.access,
    'phone-numbers': String(LANES.count),
    mps: String(LANES.mps),
    'time-scale': '0.1',
    ledger: ledgerFile,
    seed: String(seed),
  };
  return Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value]);
}

function writeBootstrap(folder: string): string {
  const file = path.join(folder, 'bootstrap.json');
  const portfolio = {
    business_id: BUSINESS,
    name: 'Lucky Shrub',
    api_keys: [{ name: 'chaos', key: API_KEY, scopes: ['*'] }],
    apps: [{ app_id: APP, app_secret: SECRETS.app, verify_token: SECRETS.verify }],
    wabas: [{ waba_id: WABA, app_id: APP, access_token: SECRETS.access }],
  };
  writeFileSync(file, JSON.stringify({ portfolios: [portfolio] }));
  return file;
}
