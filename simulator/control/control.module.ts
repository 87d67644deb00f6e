import { json } from '../http/reply.js';
import { Checker } from '../scenario/check.js';
import { readFaults } from '../scenario/scenario.js';
import { emitCalls } from '../webhooks/emit-calls.js';
import type { World } from '../world.js';
import { callFaultCalls } from './call-fault-calls.js';
import { clockCalls } from './clock-calls.js';
import { DONE } from './control-registry.js';
import { inboundCalls } from './inbound-calls.js';
import { numberCalls } from './number-calls.js';
import { snapshotCalls } from './snapshot-calls.js';

const IDLE_WITHIN_MS = 30_000;
const LONGEST_IDLE_MS = 600_000;

/** The calls that steer and read the platform as a whole. */
export function controlModule(world: World): void {
  clockCalls(world);
  snapshotCalls(world);
  inboundCalls(world);
  numberCalls(world);
  emitCalls(world);
  callFaultCalls(world);
  const { control, webhooks, dealer, ledger } = world;
  control.on('GET /_simulator/ledger', async () => {
    return { kind: 'stream', contentType: 'application/x-ndjson', from: await ledger.stream() };
  });
  control.on('POST /_simulator/faults', ({ body }) => {
    dealer.use(readFaults(body));
    return DONE;
  });
  control.on('POST /_simulator/webhooks/pause', () => {
    webhooks.pause();
    return DONE;
  });
  control.on('POST /_simulator/webhooks/resume', () => {
    webhooks.resume();
    return DONE;
  });
  control.on('POST /_simulator/callback', ({ body }) => {
    const check = new Checker();
    const { url } = check.object(body, 'body', ['url']);
    if (url !== null && !(typeof url === 'string' && /^https?:/.test(url) && URL.canParse(url))) {
      check.fail('url', 'must be an http(s) URL, or null for none');
    }
    check.done();
    world.whole.setCallback((url as string | null) ?? undefined);
    return DONE;
  });
  control.on('POST /_simulator/reset', async () => {
    await world.whole.reset();
    return DONE;
  });
  control.on('GET /_simulator/stats', () => json(world.whole.stats()));
  control.on('GET /_simulator/idle', async ({ request }) => {
    const check = new Checker();
    const given = request.query.get('timeout_ms');
    const timeoutMs = check.number(given === null ? undefined : Number(given), 'timeout_ms', [0, LONGEST_IDLE_MS]);
    check.done();
    const idle = await world.whole.whenIdle(timeoutMs ?? IDLE_WITHIN_MS);
    return json({ idle, pending: webhooks.pending }, idle ? 200 : 408);
  });
}
