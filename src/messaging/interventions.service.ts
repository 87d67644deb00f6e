import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { isInDoubt, learn, type MessageRecord } from '../core/delivery/message-lifecycle.js';
import { GatewayError } from '../core/gateway-error.js';
import type { Tenant } from '../platform/auth/principal.js';
import { Db } from '../platform/db/db.js';
import { Runtime } from '../platform/runtime.js';
import type { ResendMessageDto } from './interventions.dto.js';
import { LaneSchedule } from './lane-schedule.js';
import { toMessageView } from './message.views.js';
import { lockMessages, writeChanges } from './message-changes.store.js';
import { findMessage, type MessageRow } from './messages.store.js';
import type { MessageView } from './messaging.dto.js';
import { OutboxSignal } from './outbox-signal.js';

/** What a caller may ask of a message that was accepted. */
type Asked = 'cancel_asked' | 'resend_asked';

/** Says no; or that there is nothing left to do, because the same was asked before. */
type Objection = GatewayError | 'done' | null;

/** Lets callers change their mind about a message: call it off, or send it once more. */
@Injectable()
export class InterventionsService {
  private readonly asked: Counter<'what' | 'result'>;

  constructor(
    private readonly db: Db,
    private readonly schedule: LaneSchedule,
    private readonly outbox: OutboxSignal,
    private readonly runtime: Runtime,
  ) {
    this.asked = runtime.metrics.counter(
      'heliograph_interventions_total',
      'Cancels and resends that callers asked for, by what came of them.',
      ['what', 'result'],
    );
  }

  /**
   * Calls off a message of which nothing is on the wire; again, it changes nothing. Throws `wrong_state` once an attempt
   * is armed: arming and cancelling lock the message, so one of them comes first and the other sees it.
   */
  cancel(tenant: Tenant, id: string): Promise<MessageView> {
    return this.ask(tenant, id, 'cancel_asked', ({ state }) => {
      if (state === 'cancelled') return 'done';
      if (state === 'queued' || state === 'scheduled') return null;
      return wrongState(`The message is ${state}: only what is queued or scheduled can be cancelled.`);
    });
  }

  /**
   * Sends a message that is in doubt once more, as its next attempt. While an earlier resend still waits or is on its
   * way it changes nothing. Throws `wrong_state` when the message is not in doubt, or its time is over.
   */
  resend(tenant: Tenant, id: string, { after_attempt }: ResendMessageDto): Promise<MessageView> {
    return this.ask(tenant, id, 'resend_asked', (message, { expires_at, content_erased_at }, now) => {
      const { state, attemptNo } = message;
      if (after_attempt !== undefined && after_attempt !== attemptNo) return objectToAttempt(after_attempt, attemptNo);
      if ((state === 'queued' || state === 'sending') && isInDoubt(message)) return 'done';
      if (state !== 'unknown' && state !== 'unconfirmed') {
        return wrongState(`The message is ${state}: only what is unknown or unconfirmed can be sent once more.`);
      }
      if (content_erased_at !== null) return wrongState('Its content was erased, so it cannot be sent once more.');
      if (expires_at !== null && expires_at <= now) return wrongState('Its expires_at has passed.');
      return null;
    });
  }

  private async ask(
    tenant: Tenant,
    id: string,
    kind: Asked,
    objection: (message: MessageRecord, row: MessageRow, now: Date) => Objection,
  ): Promise<MessageView> {
    // Read as the tenant: row-level security decides whose it is. Tenants may not write, so what follows is ours.
    const row = await this.readOwn(tenant, id);
    const answer = await this.db.transaction(async (tx): Promise<Objection> => {
      const { now, messages } = await lockMessages(tx, { ids: [id] });
      const [before] = messages;
      if (before === undefined) return notFound();
      const objects = objection(before.record, row, now);
      if (objects !== null) return objects;
      await writeChanges(tx, [{ before, learned: learn(before.record, { kind }, now) }], this.runtime.publishesEvents);
      return null;
    });
    const what = kind === 'cancel_asked' ? 'cancel' : 'resend';
    this.asked.inc({ what, result: answer === null ? 'done' : answer === 'done' ? 'repeated' : 'refused' });
    if (answer instanceof GatewayError) throw answer;
    if (kind === 'resend_asked') {
      this.schedule.wake(row.phone_number_id, { priority: row.priority, fairnessKey: row.fairness_key });
    }
    this.outbox.raise();
    return toMessageView(await this.readOwn(tenant, id));
  }

  private async readOwn(tenant: Tenant, id: string): Promise<MessageRow> {
    const row = await this.db.asTenant(tenant.portfolioId, (tx) => findMessage(tx, tenant.portfolioId, id));
    if (row === null) throw notFound();
    return row;
  }
}

/** A later attempt than the one named: what was asked for has been done. An earlier one: it never was. */
function objectToAttempt(named: number, latest: number): Objection {
  return named < latest ? 'done' : wrongState(`Its latest attempt is ${latest}.`);
}

function wrongState(detail: string): GatewayError {
  return new GatewayError('wrong_state', detail);
}

function notFound(): GatewayError {
  return new GatewayError('not_found', 'You have no message with this id.');
}
