// The floor of `send`: the same POSTs with undici and nothing else. Builds the payload, posts it, reads the answer; no
// queue, no limiter, no attempt, no outcome kept. Arguments: stub's origin, messages, connections, numbers.
import { Pool } from 'undici';
import { ACCESS_TOKEN, phoneNumberIds, recipientOf, textOf } from '../accounts.js';

const [origin = '', messages = '0', connections = '1', numbers = '1'] = process.argv.slice(2);
const [count, width] = [Number(messages), Number(connections)];
const ids = phoneNumberIds(Number(numbers));
const pool = new Pool(origin, { connections: width, pipelining: 1, keepAliveTimeout: 4000 });
const headers = { authorization: `Bearer ${ACCESS_TOKEN}`, 'content-type': 'application/json' };

let next = 0;
async function sendAll(): Promise<void> {
  for (let i = next++; i < count; i = next++) {
    const answer = await pool.request({
      path: `/v25.0/${ids[i % ids.length]}/messages`,
      method: 'POST',
      headers,
      body: JSON.stringify({
        messaging_product: 'whatsapp',
        recipient_type: 'individual',
        to: recipientOf(i),
        type: 'text',
        text: textOf(i),
        biz_opaque_callback_data: `w1.aaaaaaaaaaaaaaaaaaaaaaaaaa.1.AAAAAAAA`,
      }),
    });
    const { messages: sent } = JSON.parse(await answer.body.text()) as { messages: { id: string }[] };
    if (answer.statusCode !== 200 || sent[0]?.id === undefined) throw new Error(`HTTP ${answer.statusCode}`);
  }
}

await Promise.all(Array.from({ length: width }, sendAll));
await pool.close();
