import type { NatsConnection } from '@nats-io/transport-node';
import { within } from '../lifecycle/worker-loop.js';

/** Draining waits for an answer of the server; one that is away never gives it. */
const DRAIN_MS = 2000;

/** Lets out what is under way, within two seconds, and closes the connection: also one whose server is away. */
export async function closeConnection(connection: NatsConnection): Promise<void> {
  await within(
    connection.drain().catch(() => undefined),
    DRAIN_MS,
  );
  await connection.close();
}
