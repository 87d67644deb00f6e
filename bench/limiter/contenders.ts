import { Redis } from 'ioredis';
import { recipientOf } from '../accounts.js';
import { type Child, startChild } from '../child.js';
import { Gateway, startDatabase } from '../gateway.js';
import { learnLevel, messagesTo } from '../limits/limits.js';
import type { SimulatedMeta } from '../limits/simulated-meta.js';
import { programOf } from '../paths.js';

/** What a contender is to send, and where. */
export interface Task {
  readonly meta: SimulatedMeta;
  /** Messages per second that the number is allowed. */
  readonly level: number;
  readonly messages: number;
}

/** A contender that is sending. */
export interface Running {
  /** The processes that do the work, its store included, by name. */
  readonly pids: Readonly<Record<string, number>>;
  /** Version of the PostgreSQL that it uses, if it does. */
  readonly postgresql?: string;
  stop(): Promise<void>;
}

/** A way to send within a rate. */
export interface Contender {
  readonly name: string;
  /** Queues everything, then begins to send; resolves when it has begun. */
  start(task: Task): Promise<Running>;
}

const CONNECTIONS = 256;

const heliograph: Contender = {
  name: 'Heliograph',
  async start({ meta, level, messages }) {
    const database = await startDatabase();
    const common = { database, graphOrigin: meta.origin, graphConnections: CONNECTIONS };
    await learnLevel(common, level);
    const api = await Gateway.start({ ...common, roles: 'api' });
    await api.postBatches(messagesTo(recipientOf, messages), 1000);
    await api.stop();
    const worker = await Gateway.start({ ...common, roles: 'worker' });
    const stop = async () => {
      await worker.stop();
      await database.stop();
    };
    const { pid, version } = database.postgres;
    return { pids: { worker: worker.pid, postgres: pid }, postgresql: version, stop };
  },
};

const fixedWindow: Contender = {
  name: 'fixed window',
  async start({ meta, level, messages }) {
    const args = [programOf('fixed-window-sender'), meta.origin, messages, level, CONNECTIONS].map(String);
    return running(await startChild({ name: 'fixed-window-sender', args }));
  },
};

const bullmq = (redisUrl: string, redisPid: number): Contender => ({
  name: 'BullMQ',
  async start({ meta, level, messages }) {
    const args = [programOf('bullmq-sender'), meta.origin, messages, level, CONNECTIONS, redisUrl].map(String);
    return running(await startChild({ name: 'bullmq-sender', args }), { redis: redisPid });
  },
});

function running(child: Child, more: Readonly<Record<string, number>> = {}): Running {
  return { pids: { sender: child.pid, ...more }, stop: () => child.stop() };
}

/** Every contender that can run here, and why one cannot. */
export async function contenders(redisUrl: string): Promise<{ all: readonly Contender[]; absent: readonly string[] }> {
  const redis = new Redis(redisUrl, { lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    const pid = Number(/process_id:(\d+)/.exec(await redis.info('server'))?.[1]);
    return { all: [heliograph, fixedWindow, bullmq(redisUrl, pid)], absent: [] };
  } catch {
    return { all: [heliograph, fixedWindow], absent: ['BullMQ did not take part: no Redis answers at REDIS_URL'] };
  } finally {
    redis.disconnect();
  }
}
