import { Injectable } from '@nestjs/common';
import { GatewayError } from '../core/gateway-error.js';
import { FULL_HOUR_REASON, isSpread } from '../core/limits/full-hour.js';
import type { Tenant } from '../platform/auth/principal.js';
import { Db } from '../platform/db/db.js';
import { GatewayValidationPipe } from '../platform/http/validation.pipe.js';
import { Runtime } from '../platform/runtime.js';
import { toGatewayError } from '../platform/transport/to-gateway-error.js';
import { type AskedMessage, type Hold, LimitsService, toHoldView } from '../rate-limit/limits.service.js';
import { BatchItemDto } from './batch.dto.js';
import { PRIORITIES } from './message.shape.js';
import { findMessage, type MessageRow, type NewMessage } from './messages.store.js';
import { MessagingService } from './messaging.service.js';
import { PoolMovePlans } from './pool-move-plans.js';
import { lastMove } from './pool-moves.store.js';
import type { CheckMessagesDto, CheckResult, CheckView, ExplainView, MoveView } from './preflight.dto.js';
import { countAhead } from './send-queue.store.js';
import { TemplateGate } from './template-gate.js';

const MARKETING = PRIORITIES.indexOf('marketing');

/** The clocks of the database and of this process, and the rounding of pauses, may be so far apart. */
const SAME_MOMENT_MS = 1000;

/** What is said of how much a person had where nothing of the kind holds the message. */
const UNCOUNTED = { used: null, allowed: null };

/** Says whether messages would go, and why one has not gone yet. Nothing is stored, counted or sent. */
@Injectable()
export class PreflightService {
  private readonly rules = new GatewayValidationPipe();

  constructor(
    private readonly messaging: MessagingService,
    private readonly limits: LimitsService,
    private readonly templates: TemplateGate,
    private readonly pools: PoolMovePlans,
    private readonly db: Db,
    private readonly runtime: Runtime,
  ) {}

  /** Judges each message by itself: its form, its number, and every limit as it stands now. */
  async check(tenant: Tenant, dto: CheckMessagesDto): Promise<CheckView> {
    const judged = await Promise.all(dto.messages.map((message) => this.judge(tenant, message)));
    const valid = judged.flatMap((one) => ('message' in one ? [one.message] : []));
    const verdicts = valid.length === 0 ? [] : await this.limits.check(tenant, valid.map(toAsked));
    let next = 0;
    const results = judged.map((one): CheckResult => {
      if ('refusal' in one) return one.refusal;
      const verdict = verdicts[next];
      next += 1;
      const chosen = one.message.pool === null ? {} : { phone_number_id: one.message.phoneNumberId };
      if (verdict === undefined || verdict.kind === 'go')
        return { verdict: 'go', until: null, limit: null, reason: null, ...UNCOUNTED, ...chosen };
      const until = verdict.kind === 'wait' ? iso(verdict.untilMs) : null;
      const { kind, limit, reason, counted = UNCOUNTED } = verdict;
      return { verdict: kind, until, limit, reason, ...counted, ...chosen };
    });
    return { results };
  }

  /** Why a message of the tenant's has not gone yet, and when it will. */
  async explain(tenant: Tenant, id: string): Promise<ExplainView> {
    const row = await this.db.asTenant(tenant.portfolioId, (tx) => findMessage(tx, tenant.portfolioId, id));
    if (row === null) throw new GatewayError('not_found', 'You have no message with this id.');
    const moved = row.pool_id === null ? {} : await this.moveOf(tenant, id);
    if (row.state !== 'queued' && row.state !== 'scheduled') {
      return { state: row.state, waiting_for: [], position: null, estimated_at: null, ...moved };
    }
    const nowMs = this.runtime.clock.now().getTime();
    const [ahead, mps, holds, ofPool] = await Promise.all([
      countAhead(this.db, id),
      this.limits.currentMps(tenant, row.phone_number_id),
      this.limits.holds(tenant, ofRow(row)),
      this.pools.whyItStays(row),
    ]);
    if (ofPool !== null) holds.push({ limit: 'pool', untilMs: null, reason: ofPool });
    const ofTemplate = this.templates.whyNot(toTemplated(row), row.content);
    if (ofTemplate !== null) holds.push({ limit: 'template', untilMs: null, reason: ofTemplate });
    if (ahead.due_in_ms > 0) holds.push(...ownHolds(row, holds));
    const lastMs = holds.reduce((at, hold) => Math.max(at, hold.untilMs ?? Infinity), nowMs);
    const estimatedMs = Math.max(lastMs, nowMs + ahead.due_in_ms) + (ahead.position / mps) * 1000;
    return {
      state: row.state,
      waiting_for: holds.map(toHoldView),
      position: ahead.position,
      estimated_at: Number.isFinite(estimatedMs) ? iso(estimatedMs) : null,
      ...moved,
    };
  }

  private async moveOf({ portfolioId }: Tenant, id: string): Promise<{ readonly moved?: MoveView }> {
    const last = await this.db.asTenant(portfolioId, (tx) => lastMove(tx, portfolioId, id));
    if (last === null) return {};
    return { moved: { ...(last.data as Omit<MoveView, 'moved_at'>), moved_at: last.occurred_at.toISOString() } };
  }

  private async judge(
    tenant: Tenant,
    message: unknown,
  ): Promise<{ readonly message: NewMessage } | { readonly refusal: CheckResult }> {
    try {
      if (message === null || typeof message !== 'object' || Array.isArray(message)) {
        throw new GatewayError('invalid_request', 'a message must be an object');
      }
      const dto = (await this.rules.transform(message, { type: 'body', metatype: BatchItemDto })) as BatchItemDto;
      return { message: await this.messaging.prepare(tenant, dto, null) };
    } catch (thrown) {
      const error = toGatewayError(thrown);
      if (error.code !== 'invalid_request') throw error;
      return { refusal: { verdict: 'refuse', until: null, limit: 'validation', reason: error.detail, ...UNCOUNTED } };
    }
  }
}

/**
 * What a message that is not due yet waits for besides `others`: the pause after Meta refused it for now, or its moment.
 * Its due time also follows the holds that a round found, so it says something of its own only where it lies after them.
 */
function ownHolds(row: MessageRow, others: readonly Hold[]): Hold[] {
  const untilMs = row.due_at.getTime();
  const last = row.attempts.at(-1);
  if (last?.outcome === 'rejected_retry' && last.error !== null) {
    if (others.some((hold) => hold.untilMs === null || hold.untilMs > untilMs - SAME_MOMENT_MS)) return [];
    const { title } = last.error as { readonly title: string };
    return [{ limit: 'retry', untilMs, reason: `Meta refused it for now, and it is tried again then: ${title}` }];
  }
  if (others.length > 0) return [];
  const isMarketing = row.priority === MARKETING;
  const wasSpread = isSpread({ isMarketing, sendAtMs: row.send_at?.getTime() ?? null }, untilMs);
  return [{ limit: 'schedule', untilMs, reason: wasSpread ? FULL_HOUR_REASON : 'it is not to be sent before then' }];
}

function toAsked(message: NewMessage): AskedMessage {
  return {
    id: message.id,
    phoneNumberId: message.phoneNumberId,
    recipient: message.recipient,
    type: message.type,
    template: templateOf(message.type, message.content),
    isMarketing: message.priority === MARKETING,
    expiresAtMs: message.expiresAt?.getTime() ?? null,
  };
}

function ofRow(row: MessageRow): AskedMessage {
  return {
    id: row.id,
    phoneNumberId: row.phone_number_id,
    recipient: row.recipient,
    type: row.type,
    template: templateOf(row.type, row.content),
    isMarketing: row.priority === MARKETING,
    expiresAtMs: row.expires_at?.getTime() ?? null,
  };
}

function toTemplated(row: MessageRow): Parameters<TemplateGate['whyNot']>[0] {
  const { language } = row.content as { readonly language?: { readonly code?: unknown } };
  const code = language?.code;
  return {
    phoneNumberId: row.phone_number_id,
    template: templateOf(row.type, row.content),
    language: typeof code === 'string' ? code : null,
    acceptedAt: row.accepted_at,
  };
}

function templateOf(type: string, content: object): string | null {
  const { name } = content as { readonly name?: unknown };
  return type === 'template' && typeof name === 'string' ? name : null;
}

function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
