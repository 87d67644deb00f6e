import { Injectable } from '@nestjs/common';
import { AccountsService } from '../accounts/accounts.service.js';
import { personKey } from '../core/consent/person-key.js';
import { GatewayError } from '../core/gateway-error.js';
import type { Tenant } from '../platform/auth/principal.js';
import { Db } from '../platform/db/db.js';
import { readCursor, writeCursor } from '../platform/http/cursor.js';
import { Runtime } from '../platform/runtime.js';
import { resumed } from './consent.service.js';
import { applyWishes, listOptOuts, type OptOutRow, type Wish } from './consent.store.js';
import { forgetHiddenOptOuts } from './erasures.store.js';
import type { ListOptOutsQuery, OptOutOf, OptOutPage, OptOutView, PutOptOutDto } from './opt-outs.dto.js';
import { OutboxSignal } from './outbox-signal.js';

const CURSOR = /^[^~]{1,160}~\d{0,32}$/;

/** Reads and sets who wants no marketing; messages are held to it right before they are sent. */
@Injectable()
export class OptOutsService {
  constructor(
    private readonly db: Db,
    private readonly accounts: AccountsService,
    private readonly outbox: OutboxSignal,
    private readonly runtime: Runtime,
  ) {}

  /** A page of the tenant's opt-outs. */
  async list(tenant: Tenant, query: ListOptOutsQuery): Promise<OptOutPage> {
    const limit = query.page_size ?? 100;
    const name = query.to ?? query.recipient;
    const after = query.page_token === undefined ? null : readCursor(query.page_token, CURSOR, 'page_token');
    const rows = await this.db.asTenant(tenant.portfolioId, (tx) =>
      listOptOuts(tx, {
        portfolioId: tenant.portfolioId,
        person: name === undefined ? null : personKey(name),
        after: after === null ? null : [after[0] ?? '', after[1] ?? ''],
        limit: limit + 1,
      }),
    );
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const isLast = rows.length <= limit || last === undefined;
    return {
      opt_outs: page.map(toView),
      next_page_token: isLast ? '' : writeCursor([last.person, last.phone_number_id]),
    };
  }

  /** Keeps an opt-out from now on; again, it changes nothing but its reason. */
  async put(tenant: Tenant, dto: PutOptOutDto): Promise<OptOutView> {
    const wish = this.wish(tenant, dto, { optedOut: true, reason: dto.reason ?? null });
    await this.apply(wish);
    return toView({ ...wish, phone_number_id: wish.phoneNumberId, wished_at: wish.at });
  }

  /** Takes an opt-out back; one that is not there is no error. */
  async remove(tenant: Tenant, of: OptOutOf): Promise<void> {
    await this.apply(this.wish(tenant, of, { optedOut: false, reason: null }));
  }

  private async apply(wish: Wish): Promise<void> {
    await this.db.transaction(async (tx) => {
      await applyWishes(tx, [wish], this.runtime.publishesEvents);
      await forgetHiddenOptOuts(tx, resumed([wish], this.runtime.config.apiKeyPepper));
    });
    this.outbox.raise();
  }

  private wish(tenant: Tenant, of: OptOutOf, how: Pick<Wish, 'optedOut' | 'reason'>): Wish {
    const name = of.to ?? of.recipient ?? '';
    const phoneNumberId = of.phone_number_id ?? '';
    if (phoneNumberId !== '' && this.accounts.phoneNumber(phoneNumberId)?.portfolioId !== tenant.portfolioId) {
      const detail = 'phone_number_id must be one of your numbers; GET /v1/phone_numbers lists them';
      throw new GatewayError('invalid_request', detail, { errors: [{ pointer: '/phone_number_id', detail }] });
    }
    return {
      portfolioId: tenant.portfolioId,
      person: personKey(name),
      phoneNumberId,
      recipient: of.to === undefined ? name : `+${name.replace(/\D/g, '')}`,
      source: 'api',
      at: this.runtime.clock.now(),
      ...how,
    };
  }
}

function toView(row: Omit<OptOutRow, 'person'>): OptOutView {
  return {
    ...(row.recipient.startsWith('+') ? { to: row.recipient } : { recipient: row.recipient }),
    phone_number_id: row.phone_number_id === '' ? null : row.phone_number_id,
    source: row.source,
    reason: row.reason,
    since: row.wished_at.toISOString(),
  };
}
