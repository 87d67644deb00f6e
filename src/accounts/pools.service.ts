import { Injectable } from '@nestjs/common';
import { GatewayError } from '../core/gateway-error.js';
import type { Tenant } from '../platform/auth/principal.js';
import { newId } from '../platform/clock/ids.js';
import { Db } from '../platform/db/db.js';
import { IdempotentCalls } from '../platform/idempotency/idempotent-calls.js';
import { AccountsService } from './accounts.service.js';
import type {
  PoolChangeView,
  PoolHistory,
  PoolIdParam,
  PoolList,
  PoolView,
  PutPoolDto,
  UpdatePoolDto,
} from './pools.dto.js';
import * as store from './pools.store.js';

/** Numbers of a tenant that send for each other. Every change is kept with who made it. */
@Injectable()
export class PoolsService {
  constructor(
    private readonly db: Db,
    private readonly accounts: AccountsService,
    private readonly calls: IdempotentCalls,
  ) {}

  /** The tenant's pools by name. */
  async list(tenant: Tenant): Promise<PoolList> {
    const rows = await this.db.asTenant(tenant.portfolioId, (tx) => store.listPools(tx, tenant.portfolioId));
    return { pools: rows.map(toView) };
  }

  /** One pool of the tenant's. */
  async get({ portfolioId }: Tenant, { id }: PoolIdParam): Promise<PoolView> {
    const row = await this.db.asTenant(portfolioId, (tx) => store.findPool(tx, { portfolioId, id }));
    if (row === null) throw notFound();
    return toView(row);
  }

  /**
   * Makes a pool; the same again is the same pool, so it may be repeated. With an idempotency key it is answered as it
   * was, also when it was changed since. Throws `invalid_request` when a number is not the tenant's, or another pool has
   * the name.
   */
  async create(tenant: Tenant, dto: PutPoolDto, idempotencyKey: string | null): Promise<PoolView> {
    const call = { tenant, operation: 'pools.create', key: idempotencyKey, request: dto };
    return this.db.asTenant(tenant.portfolioId, (tx) =>
      this.calls.onceWithin(tx, call, async () => {
        const write = this.writeOf(tenant, newId(), dto);
        const row = (await store.insertPool(tx, write)) ?? (await store.findPoolByName(tx, write));
        if (row === null || !isSame(row, write)) throw nameTaken();
        return toView(row);
      }),
    );
  }

  /** Changes a pool; doing it again changes nothing. Who hears from a number that left it hears from another next. */
  async update(tenant: Tenant, dto: UpdatePoolDto): Promise<PoolView> {
    const write = this.writeOf(tenant, dto.id, dto);
    const row = await this.db.asTenant(tenant.portfolioId, async (tx) => {
      const before = await store.findPool(tx, write, 'locked');
      if (before === null) throw notFound();
      return isSame(before, write) ? before : store.updatePool(tx, write, before);
    });
    if (row === null) throw nameTaken();
    return toView(row);
  }

  /** Takes a pool out. Its messages go from the numbers that were chosen for them. */
  async remove(tenant: Tenant, { id }: PoolIdParam): Promise<void> {
    const { portfolioId } = tenant;
    const removed = await this.db.asTenant(portfolioId, (tx) =>
      store.deletePool(tx, { portfolioId, id, by: byOf(tenant) }),
    );
    if (!removed) throw notFound();
  }

  /** The changes of a pool of the tenant's, the newest first. */
  async history({ portfolioId }: Tenant, { id }: PoolIdParam): Promise<PoolHistory> {
    const rows = await this.db.asTenant(portfolioId, (tx) => store.listPoolChanges(tx, { portfolioId, id }));
    if (rows.length === 0) throw notFound();
    return { changes: rows.map(toChangeView) };
  }

  private writeOf(tenant: Tenant, id: string, { name, phone_number_ids }: PutPoolDto): store.PoolWrite {
    const { portfolioId } = tenant;
    const foreign = phone_number_ids.findIndex((n) => this.accounts.phoneNumber(n)?.portfolioId !== portfolioId);
    if (foreign >= 0) {
      const detail = 'phone_number_ids must be numbers of yours; GET /v1/phone_numbers lists them';
      throw new GatewayError('invalid_request', detail, {
        errors: [{ pointer: `/phone_number_ids/${foreign}`, detail }],
      });
    }
    return { id, portfolioId, name, phone_number_ids, by: byOf(tenant) };
  }
}

function byOf(tenant: Tenant): string {
  return `api key ${tenant.keyId}`;
}

function isSame(row: store.PoolRow, write: store.PoolWrite): boolean {
  return row.name === write.name && row.phone_number_ids.join() === write.phone_number_ids.join();
}

function toView(row: store.PoolRow): PoolView {
  return {
    id: row.id,
    name: row.name,
    phone_number_ids: [...row.phone_number_ids],
    created_at: row.created_at.toISOString(),
    changed_at: row.changed_at.toISOString(),
    changed_by: row.changed_by,
  };
}

function toChangeView(row: store.PoolChangeRow): PoolChangeView {
  const kept = (one: store.PoolSnapshotRow | null) =>
    one === null ? null : { name: one.name, phone_number_ids: [...one.phone_number_ids] };
  return {
    changed_at: row.changed_at.toISOString(),
    changed_by: row.changed_by,
    before: kept(row.before),
    after: kept(row.after),
  };
}

function nameTaken(): GatewayError {
  const detail = 'name must differ from the names of your other pools';
  return new GatewayError('invalid_request', detail, { errors: [{ pointer: '/name', detail }] });
}

function notFound(): GatewayError {
  return new GatewayError('not_found', 'You have no pool with this id; GET /v1/pools lists yours.');
}
