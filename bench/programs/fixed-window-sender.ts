// A contender of `limiter`: the counter that most rate limiters are. It lets `level` messages go in each second of the
// clock, as soon as the second begins, and tries what was refused again a second later.
// Arguments: origin, messages, level, connections.
import { setTimeout as delay } from 'node:timers/promises';
import { plainClient } from '../limiter/post.js';

const [origin = '', messages = '0', level = '1', connections = '1'] = process.argv.slice(2);
const client = plainClient(origin, Number(connections));
const waiting = Array.from({ length: Number(messages) }, (_, i) => i);
let open = waiting.length;

async function send(i: number): Promise<void> {
  if (await client.post(i)) open -= 1;
  else waiting.push(i);
}

while (open > 0) {
  for (const i of waiting.splice(0, Number(level))) void send(i);
  await delay(1000 - (Date.now() % 1000));
}
await client.close();
