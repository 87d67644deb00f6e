import { Pool } from 'undici';
import { HttpLane } from './http-lane.js';
import type { PreparedWebhook } from './webhook-bodies.js';

/**
 * What makes the load. `undici` is the client that most Node services use, and takes a core for itself before a bare
 * server does; `lean` writes prepared bytes to sockets, so that almost all of the machine is left to the server.
 */
export type Generator = 'undici' | 'lean';

/** Every kind of load, in the order in which they are played. */
export const GENERATORS: readonly Generator[] = ['undici', 'lean'];

/** Kept connections to one server, each with one request at a time. */
export interface Connections {
  /** One function per connection: posts a webhook and resolves with the status of the answer. */
  readonly lanes: readonly ((webhook: PreparedWebhook) => Promise<number>)[];
  close(): Promise<void>;
}

/** Opens `count` connections to a port of this machine. */
export async function openConnections(generator: Generator, port: number, count: number): Promise<Connections> {
  if (generator === 'undici') return undiciConnections(port, count);
  const lanes = await Promise.all(Array.from({ length: count }, () => HttpLane.open(port)));
  return {
    lanes: lanes.map(
      (lane) =>
        ({ wire }) =>
          lane.exchange(wire),
    ),
    close: async () => {
      for (const lane of lanes) lane.close();
    },
  };
}

function undiciConnections(port: number, count: number): Connections {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: count, pipelining: 1 });
  const post = async ({ path, headers, body }: PreparedWebhook) => {
    const answer = await pool.request({ method: 'POST', path, headers, body });
    await answer.body.dump();
    return answer.statusCode;
  };
  return { lanes: Array.from({ length: count }, () => post), close: () => pool.destroy() };
}
