import { setTimeout as delay } from 'node:timers/promises';
import { DemoError } from './demo-error.js';
import type { PostOutcome } from './gateway.js';
import type { AcceptedPost } from './wire.js';

/** One message of the run, as it is posted. */
export interface Outgoing {
  readonly to: string;
  readonly idempotencyKey: string;
  readonly body: object;
}

/** How the run's messages are made. */
export interface Plan {
  readonly messages: number;
  readonly phoneNumberId: string;
  /** Seven digits after +1 555; the n-th recipient is this plus n. */
  readonly firstRecipient: number;
  /** Makes the keys of this run its own. */
  readonly runId: string;
}

/**
 * The n-th message of a run, from 0. Recipients are unique and nobody's: 555 is no area code. Throws a RangeError when
 * there are not so many.
 */
export function outgoing(plan: Plan, n: number): Outgoing {
  const line = plan.firstRecipient + n;
  if (line > 9_999_999) throw new RangeError('there are no more numbers after +1 555');
  const to = `+1555${String(line).padStart(7, '0')}`;
  const parameters = [{ type: 'text', text: `order ${n + 1}` }];
  return {
    to,
    idempotencyKey: `${plan.runId}-${n}`,
    body: {
      phone_number_id: plan.phoneNumberId,
      to,
      type: 'template',
      template: {
        name: 'order_update',
        language: { code: 'en_US' },
        components: [{ type: 'body', parameters }],
      },
      priority: 'utility',
      callback_data: `demo-${n}`,
    },
  };
}

/** How to send: what does it, who is told, when to stop. */
export interface Sending {
  readonly plan: Plan;
  readonly post: (body: object, idempotencyKey: string) => Promise<PostOutcome>;
  readonly onAccepted: (accepted: AcceptedPost) => void;
  /** Requests at a time. */
  readonly concurrency: number;
  /** How long one message may be refused before the run gives up. */
  readonly giveUpAfterMs: number;
  readonly signal: AbortSignal;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2000;

/**
 * Posts every message of the plan until it is accepted, repeating a doubtful one with the same key. Rejects with a
 * DemoError when one is not accepted in time, and with the signal's reason when that fires.
 */
export async function sendMessages(sending: Sending): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < sending.plan.messages) {
      const message = outgoing(sending.plan, next++);
      sending.onAccepted({ id: await postUntilAccepted(sending, message), to: message.to });
    }
  };
  const workers = Math.min(sending.concurrency, sending.plan.messages);
  await Promise.all(Array.from({ length: workers }, worker));
}

async function postUntilAccepted(sending: Sending, message: Outgoing): Promise<string> {
  const startedAtMs = performance.now();
  for (let attempt = 0; ; attempt += 1) {
    sending.signal.throwIfAborted();
    const outcome = await sending.post(message.body, message.idempotencyKey);
    if (outcome.kind === 'accepted') return outcome.id;
    if (performance.now() - startedAtMs > sending.giveUpAfterMs) {
      throw new DemoError(`The gateway did not take a message in time: ${outcome.why}`);
    }
    const pauseMs = outcome.afterMs ?? Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt, 10));
    await delay(pauseMs, undefined, { signal: sending.signal });
  }
}
