import { setTimeout } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { Histogram } from 'prom-client';
import { classifyOutcome, type Outcome, type SendResult } from '../core/delivery/classify-outcome.js';
import { retryDelayMs, unsentDelayMs } from '../core/limits/retry-delay.js';
import { isMediaError } from '../core/media/media-errors.js';
import { MEDIA_PENDING } from '../media/outgoing-media.service.js';
import { GraphClient } from '../meta/graph-client.js';
import { jitter } from '../platform/clock/ids.js';
import { within } from '../platform/lifecycle/worker-loop.js';
import { Runtime } from '../platform/runtime.js';
import { type Flight, type PairPlace, RateLimitService } from '../rate-limit/rate-limit.service.js';
import { PayloadWriter } from './payload-writer.js';
import type { ArmedMessage, HeldLane } from './send-queue.store.js';
import { Settler } from './settler.js';

/** Sends whose outcome is not written yet, over all lanes: a second of the highest rate, twice over. */
const MOST_UNSETTLED = 2000;

/**
 * How many sends may be armed for each connection: some wait for one that is about to be free, because between two
 * rounds connections would stand idle otherwise (measured: 1.25 costs 3 % of the rate). They wait for a fraction of a round
 * trip, and what waits longer than its lane's lease allows is never written.
 */
const ARMED_PER_CONNECTION = 1.5;

/**
 * Takes an armed message to Meta and its outcome to the settler: one request at most per attempt, and exactly one
 * outcome, whatever happens.
 */
@Injectable()
export class Dispatcher {
  private onTheWire = 0;
  private answers = 0;
  private readonly answered: Histogram;

  constructor(
    private readonly graph: GraphClient,
    private readonly writer: PayloadWriter,
    private readonly limits: RateLimitService,
    private readonly settler: Settler,
    private readonly runtime: Runtime,
  ) {
    this.answered = runtime.metrics.histogram('heliograph_graph_seconds', 'Time from a send to its answer.');
  }

  /** Sends that have been answered, or given up, so far. */
  get answeredCount(): number {
    return this.answers;
  }

  /**
   * Sends that may begin once `answersToCome` more have been answered: hardly more than there are connections (one that waits
   * long could outlive its lane's lease), and without more outcomes waiting to be written than the database can keep up with.
   */
  room(answersToCome: number): number {
    const { graphConnections } = this.runtime.config;
    const connections = Math.floor(graphConnections * ARMED_PER_CONNECTION) - this.onTheWire + answersToCome;
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
    // Before anything is waited for: the round forgets whom it admitted when it ends.
    const ofPair = this.limits.claimPlace(message);
    const result = await this.post(message, mayStillSend, ofPair);
    this.onTheWire -= 1;
    this.answers += 1;
    end();
    this.runtime.crash.pass('response-in');
    const outcome = classifyOutcome(result);
    if (!isWaitingForMedia(result)) this.tellLimits(message, result, outcome);
    if (outcome.kind === 'rejected' && isMediaError(outcome.error.code)) {
      await this.writer
        .mediaFailed(message)
        .catch((err: unknown) => this.runtime.logger.warn({ err }, 'a file of Meta’s was not forgotten'));
    }
    const retryInMs = retryInMsOf(outcome, message.retries + 1);
    if (retryInMs !== null && ofPair !== undefined) this.limits.holdPair(ofPair, retryInMs);
    this.settler.settle({
      ...key,
      version: message.version,
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

  private async post(
    message: ArmedMessage,
    mayStillSend: () => boolean,
    ofPair: PairPlace | undefined,
  ): Promise<SendResult> {
    const phoneNumberId = message.phone_number_id;
    const letter = await this.writer.write(message);
    if (letter.result !== undefined) return letter.result;
    const flight = mayStillSend() ? this.limits.launch(phoneNumberId, mayStillSend, ofPair) : undefined;
    if (flight === undefined) return { kind: 'failure', code: 'LEASE_LOST' };
    await this.turnOf(flight);
    const answer = this.graph.sendMessage(phoneNumberId, letter.accessToken, letter.payload, flight);
    this.runtime.crash.passSoon('bytes-out');
    return answer.finally(() => flight.ended());
  }

  /** Waits until a message may be written: it was armed a little earlier, so that it does not wait for the database then. */
  private async turnOf(flight: Flight): Promise<void> {
    const { clock } = this.runtime;
    for (let ms = flight.turnMs - clock.monotonicMs(); ms > 0; ms = flight.turnMs - clock.monotonicMs())
      await setTimeout(Math.ceil(ms));
  }

  private tellLimits(message: ArmedMessage, result: SendResult, outcome: Outcome): void {
    const phoneNumberId = message.phone_number_id;
    if (outcome.kind === 'not_sent') this.limits.backOff(phoneNumberId);
    else this.limits.reached(phoneNumberId);
    const isRefused = outcome.kind === 'rejected' || outcome.kind === 'rejected_retry';
    if (result.kind !== 'answer' || (!isRefused && outcome.kind !== 'accepted')) return;
    this.limits.hear({
      phoneNumberId,
      type: message.type,
      template: templateOf(message),
      code: isRefused ? outcome.error.code : null,
      reaction: isRefused ? outcome.reaction : null,
      usage: result.usage ?? [],
    });
  }
}

function templateOf(message: ArmedMessage): string | null {
  const { name } = message.content as { readonly name?: unknown };
  return message.type === 'template' && typeof name === 'string' ? name : null;
}

/** What is wrong with a file says nothing about the way to Meta. */
function isWaitingForMedia(result: SendResult): boolean {
  return result.kind === 'failure' && result.code === MEDIA_PENDING;
}

function retryInMsOf(outcome: Outcome, retries: number): number | null {
  if (outcome.kind === 'rejected_retry') return retryDelayMs(outcome.reaction, retries, jitter());
  if (outcome.kind === 'not_sent') return unsentDelayMs(retries);
  return null;
}
