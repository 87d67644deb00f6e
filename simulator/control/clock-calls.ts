import { json } from '../http/reply.js';
import { Checker } from '../scenario/check.js';
import type { World } from '../world.js';

/** A hundred years: further than any rule of Meta's looks. */
const FURTHEST_MS = 100 * 366 * 86_400_000;

/**
 * `GET /_simulator/clock` tells the time; `POST` moves it forward, by `advance_ms` or to `set` (epoch milliseconds or
 * ISO 8601), and answers when everything that fell due on the way has run and come to rest.
 */
export function clockCalls({ control, clock, time, timers }: World): void {
  const tell = () => {
    const nowMs = clock();
    const next = timers.nextAtMs;
    return json({
      mode: time.mode,
      now_ms: nowMs,
      now: new Date(nowMs).toISOString(),
      pending_timers: timers.pending,
      next_due_ms: next === undefined ? null : next,
    });
  };
  control.on('GET /_simulator/clock', tell);
  control.on('POST /_simulator/clock', async ({ body }) => {
    await timers.moveTo(targetOf(body, clock()));
    return tell();
  });
}

function targetOf(body: unknown, nowMs: number): number {
  const check = new Checker();
  const { advance_ms, set } = check.object(body, 'body', ['advance_ms', 'set']);
  if ((advance_ms === undefined) === (set === undefined)) check.fail('body', 'needs either advance_ms or set');
  const byMs = check.number(advance_ms, 'advance_ms', [0, FURTHEST_MS]);
  const atMs = typeof set === 'string' ? Date.parse(set) : set;
  if (set !== undefined && !(typeof atMs === 'number' && atMs >= nowMs && atMs <= nowMs + FURTHEST_MS)) {
    check.fail('set', 'must be an instant that is not past, in epoch milliseconds or ISO 8601');
  }
  check.done();
  return byMs === undefined ? (atMs as number) : nowMs + byMs;
}
