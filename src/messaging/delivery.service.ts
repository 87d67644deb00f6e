import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { personKey } from '../core/consent/person-key.js';
import type { StatusReport } from '../core/delivery/delivery-status.js';
import type { Fact } from '../core/delivery/message-lifecycle.js';
import { groupBy } from '../core/group-by.js';
import { isHeededLate } from '../core/limits/late-refusal.js';
import { STOP_RULES } from '../core/limits/stop.js';
import { isMediaError } from '../core/media/media-errors.js';
import { isSameRecipient } from '../core/phone/same-recipient.js';
import { datedAt } from '../core/webhook/dated-at.js';
import { forgetMediaOf } from '../media/outgoing-media.service.js';
import type { Queryable } from '../platform/db/queryable.js';
import { appendNotices, type Notice } from '../platform/ledger/notices.store.js';
import { Runtime } from '../platform/runtime.js';
import { FailedMediaService, type StatusNews } from '../rate-limit/failed-media.service.js';
import { type LateRefusal, LateRefusalsService } from '../rate-limit/late-refusals.service.js';
import { MessagingLimitService } from '../rate-limit/messaging-limit.service.js';
import { learnAll } from './learn-all.js';
import { type Change, type LockedMessage, lockMessages, writeChanges } from './message-changes.store.js';
import { readContents } from './messages.store.js';
import { OutboxSignal } from './outbox-signal.js';

export type { Notice } from '../platform/ledger/notices.store.js';

/** What Meta reports of a message, with what it takes to find the message and to believe it. */
export interface DeliveryReport {
  /** From the token in the status; null when it carried none of ours. */
  readonly messageId: string | null;
  readonly attempt: number | null;
  readonly portfolioId: string;
  readonly phoneNumberId: string;
  readonly wamid: string;
  readonly recipientId: string | null;
  readonly report: StatusReport;
  /** Linked by elimination rather than by evidence. */
  readonly inferred: boolean;
}

/** What came of some reports. */
export interface ReportsApplied<R extends DeliveryReport> {
  /** No message is known by this token or wamid. */
  readonly unmatched: readonly R[];
  /** The message named is another portfolio's, another number's or another recipient's. */
  readonly mismatched: readonly { readonly report: R; readonly reason: 'wrong_number' | 'wrong_recipient' }[];
}

/** Brings what Meta reports into the messages: the way in for webhooks. */
@Injectable()
export class DeliveryService {
  private readonly statuses: Counter<'status'>;

  constructor(
    private readonly outbox: OutboxSignal,
    private readonly messaging: MessagingLimitService,
    private readonly failedMedia: FailedMediaService,
    private readonly refusals: LateRefusalsService,
    private readonly runtime: Runtime,
  ) {
    this.statuses = runtime.metrics.counter('heliograph_statuses_total', 'Statuses that matched a message.', [
      'status',
    ]);
  }

  /**
   * Applies reports in the caller's transaction. Order, duplicates and batching make no difference to where the
   * messages end up. Gives back those that do not belong to a message.
   */
  async applyReports<R extends DeliveryReport>(tx: Queryable, reports: readonly R[]): Promise<ReportsApplied<R>> {
    const byToken = groupBy(reports, (r) => r.messageId);
    const { now, messages } = await lockMessages(tx, {
      ids: reports.flatMap((r) => r.messageId ?? []),
      wamids: reports.filter((r) => r.messageId === null).map((r) => r.wamid),
      // Nearly all reports are on messages whose attempt is known to be accepted under this very wamid.
      withAttempts: (m) => m.state !== 'submitted' || (byToken.get(m.id) ?? []).some((r) => r.wamid !== m.wamid),
    });
    const byId = new Map(messages.map((m) => [m.id, m]));
    const byWamid = new Map(messages.map((m) => [`${m.phoneNumberId} ${m.record.wamid}`, m]));
    const find = (r: R) =>
      r.messageId === null ? byWamid.get(`${r.phoneNumberId} ${r.wamid}`) : byId.get(r.messageId);
    const unmatched: R[] = [];
    const mismatched: { report: R; reason: 'wrong_number' | 'wrong_recipient' }[] = [];
    const matched: { message: LockedMessage; report: R }[] = [];
    for (const report of reports) {
      const message = find(report);
      if (message === undefined) {
        unmatched.push(report);
        continue;
      }
      const reason = disagreement(message, report);
      if (reason === null) matched.push({ message, report });
      else mismatched.push({ report, reason });
    }
    const changes = [...groupBy(matched, (m) => m.message)].map(([before, found]): Change => {
      return {
        before,
        learned: learnAll(
          before.record,
          found.map((f) => factOf(f.report)),
          now,
        ),
      };
    });
    await writeChanges(tx, changes, this.runtime.publishesEvents);
    await forgetFiles(tx, matched);
    await this.failedMedia.heard(tx, changes.flatMap(toStatusNews));
    await this.refusals.heard(tx, await lateRefusals(tx, changes, now));
    await this.messaging.delivered(tx, matched.flatMap(toDelivery));
    for (const { report } of matched) this.statuses.inc({ status: knownStatus(report.report.status) });
    return { unmatched, mismatched };
  }

  /** Writes ledger entries that belong to no message of ours, such as an inbound message. */
  async notify(tx: Queryable, notices: readonly Notice[]): Promise<void> {
    if (notices.length > 0) await appendNotices(tx, notices, this.runtime.publishesEvents);
  }

  /** To be called after the transaction in which something was applied has committed. */
  committed(): void {
    this.outbox.raise();
  }
}

/** A UUID made of what identifies a thing, so that hearing of it twice makes one id. */
export function idOf(...parts: readonly string[]): string {
  const hash = createHash('sha256').update(parts.join('\n')).digest();
  hash[6] = ((hash[6] as number) & 0x0f) | 0x80;
  hash[8] = ((hash[8] as number) & 0x3f) | 0x80;
  const hex = hash.subarray(0, 16).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function disagreement(message: LockedMessage, r: DeliveryReport): 'wrong_number' | 'wrong_recipient' | null {
  if (message.portfolioId !== r.portfolioId || message.phoneNumberId !== r.phoneNumberId) return 'wrong_number';
  if (message.recipientKind !== 'phone' || r.recipientId === null) return null;
  return isSameRecipient(message.recipient, message.record.waId, r.recipientId) ? null : 'wrong_recipient';
}

/** Meta could not use the files of some messages: the next ones get other copies. */
async function forgetFiles(
  tx: Queryable,
  matched: readonly { readonly message: LockedMessage; readonly report: DeliveryReport }[],
): Promise<void> {
  const failed = matched.filter(({ report }) => report.report.errors.some((error) => isMediaError(error.code)));
  const ids = failed.map(({ message }) => message.id);
  if (ids.length > 0) await forgetMediaOf(tx, await readContents(tx, ids));
}

function toDelivery({ message, report }: { readonly message: LockedMessage; readonly report: DeliveryReport }) {
  if (report.report.status !== 'delivered') return [];
  const { id: messageId, portfolioId, recipient } = message;
  return [{ messageId, portfolioId, person: personKey(recipient), at: report.report.at }];
}

/** What was new of a message: a status that came again has no entry. */
function toStatusNews({ before, learned }: Change): StatusNews[] {
  const { portfolioId, phoneNumberId, type } = before;
  const codes = learned.message.delivery.errors.flatMap((error) => error.code ?? []);
  return learned.events.map((event) => ({ portfolioId, phoneNumberId, type, status: event.type, codes }));
}

/**
 * What Meta refused after it had taken it, as far as it is heeded; the names of templates are read when they matter.
 */
async function lateRefusals(tx: Queryable, changes: readonly Change[], now: Date): Promise<LateRefusal[]> {
  const failed = changes.filter(({ learned }) => learned.events.some((event) => event.type === 'failed'));
  const refused = failed.flatMap(({ before, learned: { message } }) =>
    message.delivery.errors.flatMap(({ code }) => {
      if (code === null || !isHeededLate(code)) return [];
      const failedAt = datedAt(message.delivery.times.failed ?? null, now);
      return [{ before, code, failedAt, sentAt: message.submittedAt ?? failedAt }];
    }),
  );
  const ofTemplates = refused.filter(({ code }) => STOP_RULES[code]?.scope === 'template');
  const contents =
    ofTemplates.length === 0
      ? []
      : await readContents(
          tx,
          ofTemplates.map(({ before }) => before.id),
        );
  const templateOf = new Map(contents.map(({ id, content }) => [id, (content as { name?: unknown }).name]));
  return refused.map(({ before: { id, portfolioId, phoneNumberId }, ...of }) => {
    const template = templateOf.get(id);
    return { ...of, portfolioId, phoneNumberId, template: typeof template === 'string' ? template : null };
  });
}

function factOf(r: DeliveryReport): Fact {
  return { kind: 'reported', attempt: r.attempt, wamid: r.wamid, report: r.report, inferred: r.inferred };
}

/** A status as a metric label: the open set of Meta's words closed to those we know. */
function knownStatus(status: string): string {
  return ['sent', 'delivered', 'read', 'played', 'failed'].includes(status) ? status : 'other';
}
