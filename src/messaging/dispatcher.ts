import { Injectable } from '@nestjs/common';
import type { Histogram } from 'prom-client';
import { AccountsService } from '../accounts/accounts.service.js';
import { writeToken } from '../core/delivery/callback-token.js';
import { classifyOutcome, type Outcome, type SendResult } from '../core/delivery/classify-outcome.js';
import { retryDelayMs } from '../core/limits/retry-delay.js';
import { GraphClient } from '../meta/graph-client.js';
import { jitter } from '../platform/clock/ids.js';
import { KeyRing } from '../platform/crypto/key-ring.js';
import { within } from '../platform/lifecycle/worker-loop.js';
import { Runtime } from '../platform/runtime.js';
import { RateLimitService } from '../rate-limit/rate-limit.service.js';
import { toGraphPayload } from './graph-payload.js';
import type { ArmedMessage, HeldLane } from './send-queue.store.js';
import { Settler } from './settler.js';

/** Sends whose outcome is not written yet, over all lanes: a second of the highest rate, twice over. */
const MOST_UNSETTLED = 2000;

/** Longest wait of a message that could not be sent because nobody answered. */
const LONGEST_WAIT_MS = 60_000;

/**
 * Takes an armed message to Meta and its outcome to the settler: one request at most per attempt, and exactly one
 * outcome, whatever happens.
 */
@Injectable()
export class Dispatcher {
  private readonly callbackKey: Buffer;
  private onTheWire = 0;
  private readonly answered: Histogram;

  constructor(
    private readonly graph: GraphClient,
    private readonly accounts: AccountsService,
    private readonly limits: RateLimitService,
    private readonly settler: Settler,
    keys: KeyRing,
    private readonly runtime: Runtime,
  ) {
    this.callbackKey = keys.tokenKeys[0] as Buffer;
    this.answered = runtime.metrics.histogram('heliograph_graph_seconds', 'Time from a send to its answer.');
  }

  /**
   * Sends that may begin now without waiting for a connection (one that waits could outlive its lane's lease), and
   * without more outcomes waiting to be written than the database can keep up with.
   */
  get room(): number {
    const connections = this.runtime.config.graphConnections - this.onTheWire;
    return Math.min(connections, MOST_UNSETTLED - this.settler.inFlightCount);
  }

  /**
   * Sends one message. `mayStillSend` is asked right before the first byte: a worker that was stopped for longer than
   * its lease must stay silent. Resolves with the wait before the next attempt, or null when there is none to come.
   */
  async dispatch(message: ArmedMessage, mayStillSend: () => boolean): Promise<number | null> {
    const phoneNumberId = message.phone_number_id;
    const key = { messageId: message.id, phoneNumberId, attempt: message.attempt_no };
    this.settler.begin(key);
    const end = this.answered.startTimer();
    this.onTheWire += 1;
    const result = await this.post(message, mayStillSend);
    this.onTheWire -= 1;
    end();
    this.runtime.crash.pass('response-in');
    const outcome = classifyOutcome(result);
    this.slowDown(phoneNumberId, outcome);
    const retryInMs = retryInMsOf(outcome, message.retries + 1);
    this.settler.settle({
      ...key,
      outcome,
      httpStatus: result.kind === 'answer' ? result.httpStatus : null,
      retryInMs: retryInMs ?? 0,
    });
    return retryInMs;
  }

  /** Puts back what was armed on these lanes without this worker learning of it; not to be called while arming. */
  putBackStrays(lanes: readonly HeldLane[]): Promise<void> {
    return this.settler.putBackStrays(lanes);
  }

  /** Waits until everything sent has come back and been written down, or the Graph time-out has passed. */
  async drain(): Promise<void> {
    await within(this.settler.whenIdle(), this.runtime.config.graphTimeoutMs + 1000);
  }

  private async post(message: ArmedMessage, mayStillSend: () => boolean): Promise<SendResult> {
    const phoneNumberId = message.phone_number_id;
    const waba = this.accounts.waba(this.accounts.phoneNumber(phoneNumberId)?.wabaId ?? '');
    const token = writeToken({ messageId: message.id, attempt: message.attempt_no }, this.callbackKey);
    const payload = toGraphPayload(message, token);
    if (waba === undefined) return { kind: 'failure', code: 'NO_ACCESS_TOKEN' };
    if (!mayStillSend()) return { kind: 'failure', code: 'LEASE_LOST' };
    this.limits.limiter(phoneNumberId)?.spend(this.runtime.clock.monotonicMs());
    const answer = this.graph.sendMessage(phoneNumberId, waba.accessToken, payload);
    this.runtime.crash.passSoon('bytes-out');
    return answer;
  }

  private slowDown(phoneNumberId: string, outcome: Outcome): void {
    if (outcome.kind === 'not_sent') this.limits.backOff(phoneNumberId);
    else this.limits.reached(phoneNumberId);
    if (outcome.kind === 'rejected' || outcome.kind === 'rejected_retry')
      this.limits.react(phoneNumberId, outcome.reaction);
  }
}

function retryInMsOf(outcome: Outcome, retries: number): number | null {
  if (outcome.kind === 'rejected_retry') return retryDelayMs(outcome.reaction, retries, jitter());
  if (outcome.kind === 'not_sent') return Math.min(LONGEST_WAIT_MS, 500 * 2 ** Math.min(retries - 1, 7));
  return null;
}
