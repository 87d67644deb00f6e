// A contender of `limiter`: a BullMQ queue with its own rate limiter, as its documentation shows it; what was refused is
// tried again after a second. It begins to send when all jobs are in Redis.
// Arguments: origin, messages, level, connections, URL of Redis.
import { once } from 'node:events';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { plainClient } from '../limiter/post.js';

const [origin = '', messages = '0', level = '1', connections = '1', redisUrl = ''] = process.argv.slice(2);
const client = plainClient(origin, Number(connections));
const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
const name = `heliograph-bench-${process.pid}`;
const queue = new Queue<number>(name, { connection });

const options = { attempts: 100, backoff: { type: 'fixed', delay: 1000 }, removeOnComplete: true };
for (let first = 0; first < Number(messages); first += 1000) {
  const size = Math.min(1000, Number(messages) - first);
  await queue.addBulk(Array.from({ length: size }, (_, i) => ({ name: 'send', data: first + i, opts: options })));
}

let open = Number(messages);
const worker = new Worker<number>(
  name,
  async ({ data }) => {
    if (!(await client.post(data))) throw new Error('refused');
    open -= 1;
  },
  {
    connection: connection.duplicate(),
    concurrency: Number(connections),
    limiter: { max: Number(level), duration: 1000 },
  },
);
worker.on('error', (error) => console.error(error));
while (open > 0) await once(worker, 'completed');
await worker.close();
await queue.obliterate({ force: true });
await queue.close();
connection.disconnect();
await client.close();
process.exit(0);
