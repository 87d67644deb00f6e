import { Pool } from 'undici';
import { recipientOf, textOf } from '../accounts.js';
import { SIMULATED_NUMBER } from '../limits/simulated-meta.js';

/** Posts one message to the Graph API; gives whether it was taken. Throws when nobody answers. */
export type Post = (i: number) => Promise<boolean>;

/** A plain client of the Graph API, the same for every contender that is not the gateway. */
export function plainClient(origin: string, connections: number): { readonly post: Post; close(): Promise<void> } {
  const pool = new Pool(origin, { connections, pipelining: 1, keepAliveTimeout: 4000 });
  const headers = { authorization: 'Bearer bench-access-token', 'content-type': 'application/json' };
  const post = async (i: number): Promise<boolean> => {
    const answer = await pool.request({
      path: `/v25.0/${SIMULATED_NUMBER}/messages`,
      method: 'POST',
      headers,
      body: JSON.stringify({
        messaging_product: 'whatsapp',
        recipient_type: 'individual',
        to: recipientOf(i),
        type: 'text',
        text: textOf(i),
        biz_opaque_callback_data: `message-${i}`,
      }),
    });
    await answer.body.dump();
    return answer.statusCode === 200;
  };
  return { post, close: () => pool.close() };
}
