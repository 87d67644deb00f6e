import { Injectable } from '@nestjs/common';
import type { Gauge } from 'prom-client';
import { AccountsService } from '../accounts/accounts.service.js';
import { GatewayError } from '../core/gateway-error.js';
import type { Tenant } from '../platform/auth/principal.js';
import { Db } from '../platform/db/db.js';
import { readCursor, writeCursor } from '../platform/http/cursor.js';
import { Readiness } from '../platform/lifecycle/readiness.js';
import { Runtime } from '../platform/runtime.js';
import { type EventCursor, type EventRow, listEventsAfter } from './events.store.js';
import { EVENT_CURSOR, toEventView } from './message.views.js';
import { OutboxSignal } from './outbox-signal.js';
import type { StatusNews, WatchStatusesDto } from './status-feed.dto.js';

/** Events of one look: few enough to be sent on before the next is needed. */
const PER_LOOK = 500;

/** Pause between looks that find nothing. News of this process cut it short; those of other replicas wait for it. */
const IDLE_MS = 500;

/** Watchers of one process. Each idle one costs two small queries a second. */
const MOST_WATCHERS = 200;

/** Tells callers what becomes of their messages, for as long as they listen. */
@Injectable()
export class StatusFeedService {
  private readonly watchers = new Set<() => void>();
  private readonly gauge: Gauge;

  constructor(
    private readonly db: Db,
    private readonly accounts: AccountsService,
    private readonly readiness: Readiness,
    runtime: Runtime,
    outbox: OutboxSignal,
  ) {
    this.gauge = runtime.metrics.gauge('heliograph_status_watchers', 'Callers that watch what becomes of messages.');
    outbox.listen(() => this.wakeAll());
    readiness.listen(() => this.wakeAll());
  }

  /**
   * The tenant's events of messages in the order in which they can be read again, at least once, until `ended` fires
   * or this process stops. Throws `invalid_request` for a token that is none, and `too_many_requests`.
   */
  async *watch(tenant: Tenant, query: WatchStatusesDto, ended: AbortSignal): AsyncGenerator<StatusNews> {
    let after = startOf(query.resume_token);
    const pause = new Pause(ended);
    this.add(pause.wake);
    try {
      while (!ended.aborted && this.readiness.current !== 'draining') {
        pause.reset();
        const rows = await this.db.asTenant(tenant.portfolioId, (tx) =>
          listEventsAfter(tx, tenant.portfolioId, after, PER_LOOK),
        );
        for (const row of rows.filter((r) => isWanted(r, query))) yield this.toNews(row);
        const last = rows.at(-1);
        if (last !== undefined) after = { tx: last.tx, seq: last.seq };
        else await pause.wait();
      }
    } finally {
      this.watchers.delete(pause.wake);
      pause.close();
      this.gauge.set(this.watchers.size);
    }
  }

  private add(wake: () => void): void {
    if (this.watchers.size >= MOST_WATCHERS) {
      const detail = 'Too many callers watch statuses here; try again, or read GET /v1/events.';
      throw new GatewayError('too_many_requests', detail, { retryAfterMs: 5000 });
    }
    this.watchers.add(wake);
    this.gauge.set(this.watchers.size);
  }

  private wakeAll(): void {
    for (const wake of this.watchers) wake();
  }

  private toNews(row: EventRow): StatusNews {
    const businessId = this.accounts.businessId(row.portfolio_id) ?? '';
    return { event: toEventView(row, businessId), resume_token: writeCursor([row.tx, row.seq]) };
  }
}

function startOf(token: string | undefined): EventCursor {
  const [tx = '0', seq = '0'] = token === undefined ? [] : readCursor(token, EVENT_CURSOR, 'resume_token');
  return { tx, seq: Number(seq) };
}

function isWanted(row: EventRow, { phone_number_id: wanted }: WatchStatusesDto): boolean {
  return row.aggregate === 'message' && (wanted === undefined || row.phone_number_id === wanted);
}

/** A pause that news and the end of the call cut short, also news that came after the last look began. */
class Pause {
  private woken = false;
  private resolve: () => void = () => undefined;

  constructor(private readonly ended: AbortSignal) {
    ended.addEventListener('abort', this.wake);
  }

  readonly wake = (): void => {
    this.woken = true;
    this.resolve();
  };

  reset(): void {
    this.woken = false;
  }

  async wait(): Promise<void> {
    if (this.woken || this.ended.aborted) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.resolve = resolve;
      timer = setTimeout(resolve, IDLE_MS);
    });
    clearTimeout(timer);
  }

  close(): void {
    this.ended.removeEventListener('abort', this.wake);
  }
}
