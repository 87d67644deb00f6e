import type { SimulatorOptions } from '../../simulator/options.js';
import { type Simulator, startSimulator } from '../../simulator/simulator.js';
import { startGateway } from '../../src/app/start-gateway.js';
import { loadConfig } from '../../src/platform/config/load-config.js';
import { bootstrapFile, LUCKY, SECRETS } from './accounts.js';
import { ApiClient } from './api-client.js';
import { writeBootstrap } from './bootstrap.js';
import { type ChildGateway, startChild } from './child-gateway.js';
import { stopAtEnd } from './cleanup.js';
import { freshDatabase, type TestDatabase } from './database.js';
import { aTempFolder } from './temp-folder.js';

/** Settings by the names of their environment variables. */
export type Settings = Readonly<Record<string, string>>;

/** What a stack is made of; everything has a default. */
export interface StackOptions {
  readonly simulator?: SimulatorOptions;
  /** Over the settings below. */
  readonly settings?: Settings;
  /** Gateways in this process. Default 1; 0 for suites that start children only. */
  readonly replicas?: number;
  readonly database?: TestDatabase;
  /** How the gateways reach the database, when there is something in between. */
  readonly databaseUrl?: string;
  /** Another bootstrap file. */
  readonly bootstrap?: object;
}

/** A gateway within this process. */
export interface TestGateway {
  readonly api: ApiClient;
  readonly grpcPort: number;
  /** Orderly; may be called early, and is called at the end of the file. */
  stop(): Promise<void>;
}

/** Gateways, a database and a simulator that stands in for Meta. */
export interface Stack {
  readonly database: TestDatabase;
  readonly simulator: Simulator;
  readonly gateways: readonly TestGateway[];
  /** The first gateway's. */
  readonly api: ApiClient;
  /** What the gateways run with. */
  readonly settings: Settings;
  /** One more gateway in this process. */
  addGateway(settings?: Settings): Promise<TestGateway>;
  /** One more gateway in a process of its own, which can be killed. */
  addChild(settings?: Settings): Promise<ChildGateway>;
  /** Sends the simulator's webhooks to a gateway. */
  callBack(gatewayUrl: string): Promise<void>;
  /** Calls the simulator's control API. */
  control(path: string, body?: unknown): Promise<void>;
}

/** Times are short, because the suites wait for them; otherwise as in production. */
const TEST_SETTINGS: Settings = {
  NODE_ENV: 'test',
  HTTP_HOST: '127.0.0.1',
  HTTP_PORT: '0',
  GRPC_PORT: '0',
  NATS_URL: 'off',
  LOG_LEVEL: process.env.HELIOGRAPH_TEST_LOG ?? 'silent',
  LEASE_MS: '3000',
  GRAPH_TIMEOUT_MS: '2000',
  ...SECRETS,
};

/** Starts a stack. Everything of it is stopped at the end of the file. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const database = options.database ?? (await freshDatabase());
  const simulator = await startTestSimulator(options.simulator);
  const settings: Settings = {
    ...TEST_SETTINGS,
    DATABASE_URL: options.databaseUrl ?? database.url,
    GRAPH_BASE_URL: simulator.url,
    DATA_DIR: aTempFolder(),
    BOOTSTRAP_FILE: writeBootstrap(options.bootstrap ?? bootstrapFile()),
    ...options.settings,
  };
  const gateways: TestGateway[] = [];
  const control = (where: string, body: unknown = {}) => callSimulator(simulator, where, body);
  const stack = {
    database,
    simulator,
    gateways,
    settings,
    control,
    get api(): ApiClient {
      const [first] = gateways;
      if (first === undefined) throw new Error('this stack has no gateway in this process');
      return first.api;
    },
    addGateway: async (over: Settings = {}) => {
      const gateway = await startTestGateway({ ...settings, ...over });
      gateways.push(gateway);
      return gateway;
    },
    addChild: (over: Settings = {}) => startChild({ ...settings, LOG_LEVEL: 'info', ...over }),
    callBack: (gatewayUrl: string) => control('callback', { url: `${gatewayUrl}/webhooks/whatsapp` }),
  };
  for (let i = 0; i < (options.replicas ?? 1); i += 1) await stack.addGateway();
  if (gateways.length > 0) await stack.callBack(stack.api.url);
  return stack;
}

/** The simulator with the first tenant's secrets; fast unless told otherwise. Stopped at the end of the file. */
export async function startTestSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator({
    appSecret: LUCKY.appSecret,
    verifyToken: LUCKY.verifyToken,
    timeScale: 0.05,
    latencyMs: 5,
    ...options,
  });
  stopAtEnd('the simulator', () => simulator.close());
  return simulator;
}

async function startTestGateway(settings: Settings): Promise<TestGateway> {
  const gateway = await startGateway(loadConfig(settings));
  const api = new ApiClient(`http://127.0.0.1:${gateway.httpPort}`);
  const stop = stopAtEnd('a gateway', async () => {
    await api.close();
    await gateway.stop();
  });
  return { api, grpcPort: gateway.grpcPort, stop };
}

async function callSimulator(simulator: Simulator, where: string, body: unknown): Promise<void> {
  const answer = await fetch(`${simulator.url}/_simulator/${where}`, { method: 'POST', body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`the simulator refuses ${where}: ${await answer.text()}`);
}
