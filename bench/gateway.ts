import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../src/platform/embedded/embedded-postgres.js';
import { freePort } from '../src/platform/embedded/free-port.js';
import { API_KEY, bootstrapFile } from './accounts.js';
import { type Child, startChild } from './child.js';
import { gatewayEntry } from './paths.js';

/** A message as `GET /v1/messages` shows it, as far as the benchmarks look. */
export interface MessageSeen {
  readonly id: string;
  readonly state: string;
  readonly status: string | null;
  readonly submitted_at: string | null;
  readonly sent_at: string | null;
  readonly delivered_at: string | null;
  readonly read_at: string | null;
}

/** A database of our own in a folder of our own; both go with `stop`. */
export interface Database {
  readonly postgres: EmbeddedPostgres;
  readonly folder: string;
  stop(): Promise<void>;
}

/** Starts the embedded PostgreSQL with the service's own settings, durability included. */
export async function startDatabase(): Promise<Database> {
  const folder = await mkdtemp(path.join(tmpdir(), 'heliograph-bench-'));
  const postgres = await startEmbeddedPostgres({ dataDir: path.join(folder, 'postgres') });
  const stop = async () => {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { postgres, folder, stop };
}

/** How to start a gateway. */
export interface GatewayOptions {
  readonly database: Database;
  readonly graphOrigin: string;
  readonly roles: 'api' | 'worker' | 'all';
  readonly graphConnections: number;
  /** Absent: no bus. */
  readonly natsUrl?: string;
  /** Absent: any free one. */
  readonly grpcPort?: number;
  /** Folder for a processor profile of this process; none when absent. */
  readonly profileFolder?: string | undefined;
  /** Further settings (docs/configuration.md). */
  readonly settings?: Readonly<Record<string, string>>;
}

const READY_WITHIN_MS = 60_000;

/** The gateway as a process of its own, and its REST API. */
export class Gateway {
  private readonly rest: Pool;
  private readonly headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' };

  private constructor(
    readonly port: number,
    private readonly child: Child,
  ) {
    this.rest = new Pool(`http://127.0.0.1:${port}`, { connections: 64 });
  }

  /** Starts it and resolves when it is ready. */
  static async start(options: GatewayOptions): Promise<Gateway> {
    const { database, profileFolder } = options;
    const bootstrap = path.join(database.folder, 'bootstrap.json');
    await writeFile(bootstrap, JSON.stringify(bootstrapFile()));
    const port = await freePort();
    const profile = profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
    const child = await startChild({
      name: `gateway-${options.roles}`,
      args: ['--disable-proto=delete', '--max-semi-space-size=64', ...profile, gatewayEntry],
      env: {
        ROLES: options.roles,
        HTTP_HOST: '127.0.0.1',
        HTTP_PORT: String(port),
        GRPC_PORT: String(options.grpcPort ?? 0),
        DATABASE_URL: database.postgres.url,
        NATS_URL: options.natsUrl ?? 'off',
        GRAPH_BASE_URL: options.graphOrigin,
        GRAPH_CONNECTIONS: String(options.graphConnections),
        BOOTSTRAP_FILE: bootstrap,
        LOG_LEVEL: 'warn',
        ...options.settings,
      },
    });
    const gateway = new Gateway(port, child);
    const died = child.exited.then((code) =>
      Promise.reject(new Error(`the gateway ended (${code}):\n${child.lastLines()}`)),
    );
    died.catch(() => undefined);
    await Promise.race([gateway.until(READY_WITHIN_MS, 'ready', () => gateway.isReady()), died]);
    return gateway;
  }

  get pid(): number {
    return this.child.pid;
  }

  /** The address of its REST API. */
  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Ends it at once, as a crash does; `stop` may still be called. */
  kill(): void {
    process.kill(this.child.pid, 'SIGKILL');
  }

  /** Its last log lines: warnings and errors. */
  get log(): string {
    return this.child.lastLines();
  }

  /** Posts messages over REST, `width` at a time; resolves when all are accepted. */
  async post(messages: Iterator<object>, width = 64): Promise<void> {
    const post = async () => {
      for (let next = messages.next(); next.done !== true; next = messages.next()) {
        const answer = await this.rest.request({
          path: '/v1/messages',
          method: 'POST',
          headers: this.headers,
          body: JSON.stringify(next.value),
        });
        const text = await answer.body.text();
        if (answer.statusCode !== 202) throw new Error(`POST /v1/messages: HTTP ${answer.statusCode} ${text}`);
      }
    };
    await Promise.all(Array.from({ length: width }, post));
  }

  /** Posts messages over REST in batches, `width` at a time; resolves when all are accepted. */
  async postBatches(messages: Iterator<object>, size: number, width = 2): Promise<void> {
    const post = async () => {
      for (let batch = take(messages, size); batch.length > 0; batch = take(messages, size)) {
        const answer = await this.rest.request({
          path: '/v1/messages/batch',
          method: 'POST',
          headers: this.headers,
          body: JSON.stringify({ messages: batch }),
        });
        const text = await answer.body.text();
        const refused = answer.statusCode === 202 && /"problem"/.test(text);
        if (answer.statusCode !== 202 || refused) throw new Error(`HTTP ${answer.statusCode} ${text.slice(0, 500)}`);
      }
    };
    await Promise.all(Array.from({ length: width }, post));
  }

  /** Every message, a page at a time, the newest first. */
  async *messages(): AsyncGenerator<MessageSeen> {
    let token = '';
    do {
      const page = (await this.get(`/v1/messages?page_size=1000${token === '' ? '' : `&page_token=${token}`}`)) as {
        messages: MessageSeen[];
        next_page_token: string;
      };
      yield* page.messages;
      token = page.next_page_token;
    } while (token !== '');
  }

  /** Whether all numbers are known to be at the level of 1,000 messages per second. */
  async isHigh(): Promise<boolean> {
    const levels = await this.levels();
    return levels.length > 0 && levels.every((mps) => mps === 1000);
  }

  /** The levels of all numbers as they are known, in messages per second. */
  async levels(): Promise<number[]> {
    const list = (await this.get('/v1/phone_numbers')) as { phone_numbers: { throughput_mps: number }[] };
    return list.phone_numbers.map((n) => n.throughput_mps);
  }

  /** Whether nothing waits to be sent, is on its way or has an unwritten outcome. */
  async isSettled(): Promise<boolean> {
    for (const state of ['queued', 'sending']) {
      const page = (await this.get(`/v1/messages?state=${state}&page_size=1`)) as { messages: MessageSeen[] };
      if (page.messages.length > 0) return false;
    }
    return true;
  }

  /** The page at `/metrics`. */
  async metrics(): Promise<string> {
    return (await this.rest.request({ path: '/metrics', method: 'GET' })).body.text();
  }

  /** Asks until `isSo`; throws when the time is over. */
  async until(withinMs: number, what: string, isSo: () => Promise<boolean>, everyMs = 100): Promise<void> {
    const endAtMs = performance.now() + withinMs;
    while (!(await isSo())) {
      if (performance.now() > endAtMs) throw new Error(`not ${what} within ${withinMs / 1000} s:\n${this.log}`);
      await delay(everyMs);
    }
  }

  /** Drains it and ends it. */
  async stop(): Promise<void> {
    await this.child.stop();
    await this.rest.destroy();
  }

  private async isReady(): Promise<boolean> {
    const isGood = (path: string) =>
      this.rest.request({ path, method: 'GET', headers: this.headers }).then(
        async (answer) => {
          await answer.body.dump();
          return answer.statusCode === 200;
        },
        () => false,
      );
    // The port was free a moment ago; only our own gateway knows our key.
    return (await isGood('/health/ready')) && (await isGood('/v1/phone_numbers'));
  }

  private async get(path: string): Promise<unknown> {
    const answer = await this.rest.request({ path, method: 'GET', headers: this.headers });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`GET ${path}: HTTP ${answer.statusCode} ${text.slice(0, 300)}`);
    return JSON.parse(text);
  }
}

function take(messages: Iterator<object>, most: number): object[] {
  const taken: object[] = [];
  while (taken.length < most) {
    const next = messages.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}
