import { timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Counter, Histogram } from 'prom-client';
import { AccountsService, type App } from '../accounts/accounts.service.js';
import type { Clock } from '../core/clock.js';
import { GatewayError } from '../core/gateway-error.js';
import { verifySignature } from '../core/webhook/signature.js';
import { Db, isTransient } from '../platform/db/db.js';
import { GroupCommit } from '../platform/db/group-commit.js';
import { Runtime } from '../platform/runtime.js';
import { INGEST_DB } from '../platform/tokens.js';
import { appendInbox, type ReceivedWebhook } from './inbox.store.js';

/**
 * Answers within a second whatever happens (Meta: median at most 250 ms, under 1 % above 1 s); what could not be
 * committed by then is refused, and Meta brings it again.
 */
const INGEST = { maxBatch: 500, maxWaiting: 20_000, deadlineMs: 900, isolate: (e: unknown) => !isTransient(e) };

/** The query of Meta's handshake. */
export interface Handshake {
  readonly mode: string | undefined;
  readonly verifyToken: string | undefined;
  readonly challenge: string | undefined;
}

/** Takes webhooks in: checks who speaks, makes the bytes durable, and only then says so. */
@Injectable()
export class WebhooksService {
  private readonly commit: GroupCommit<ReceivedWebhook, true>;
  private readonly received: Counter<'result'>;
  private readonly seconds: Histogram;
  /** The counter of the usual case, its label looked up once. */
  private readonly stored: Counter.Internal;
  private readonly clock: Clock;
  private listener: () => void = () => undefined;

  constructor(
    private readonly accounts: AccountsService,
    @Inject(INGEST_DB) ingest: Db,
    runtime: Runtime,
  ) {
    const flush = async (webhooks: readonly ReceivedWebhook[]): Promise<true[]> => {
      runtime.crash.pass('before-webhook-insert');
      await appendInbox(ingest, webhooks);
      runtime.crash.pass('after-webhook-commit');
      this.listener();
      return webhooks.map(() => true);
    };
    this.commit = new GroupCommit(flush, INGEST, runtime.clock);
    this.received = runtime.metrics.counter('heliograph_webhooks_total', 'Webhooks received, by result.', ['result']);
    this.stored = this.received.labels('stored');
    this.clock = runtime.clock;
    this.seconds = runtime.metrics.histogram('heliograph_webhook_answer_seconds', 'Time to answer a webhook.');
  }

  /** Sets who is told that the inbox grew; there is one applier in a process. */
  listen(listener: () => void): void {
    this.listener = listener;
  }

  /** Answers the handshake with its challenge, or throws `forbidden`. `appId` is null on the path of a single app. */
  verify(appId: string | null, handshake: Handshake): string {
    const known = this.candidates(appId).some((app) => isEqual(app.verifyToken, handshake.verifyToken ?? ''));
    if (handshake.mode !== 'subscribe' || !known || handshake.challenge === undefined) {
      throw new GatewayError('forbidden', 'The verify token is not the one of this app.');
    }
    return handshake.challenge;
  }

  /**
   * Makes a webhook durable. Throws `unauthenticated` when no app of ours signed these very bytes, `unavailable` when
   * they could not be committed in time; nothing is kept then.
   */
  async receive(appId: string | null, body: Buffer, signature: string | undefined): Promise<void> {
    const beganMs = this.clock.monotonicMs();
    const app = this.candidates(appId).find((candidate) => verifySignature(body, signature, candidate.appSecrets));
    if (app === undefined) {
      this.received.inc({ result: 'forged' });
      throw new GatewayError('unauthenticated', 'The signature does not match the body.');
    }
    try {
      await this.commit.submit({ appId: app.appId, body });
    } catch (cause) {
      this.received.inc({ result: 'unavailable' });
      throw new GatewayError('unavailable', 'The webhook could not be stored; send it again.', {
        retryAfterMs: 1000,
        cause,
      });
    }
    this.stored.inc();
    this.seconds.observe((this.clock.monotonicMs() - beganMs) / 1000);
  }

  private candidates(appId: string | null): readonly App[] {
    if (appId === null) return this.accounts.apps();
    const app = this.accounts.app(appId);
    return app === undefined ? [] : [app];
  }
}

/** Compares without telling by its time how much was right. */
function isEqual(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
