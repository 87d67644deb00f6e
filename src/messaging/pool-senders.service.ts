import { Injectable } from '@nestjs/common';
import { AccountsService } from '../accounts/accounts.service.js';
import { personKey } from '../core/consent/person-key.js';
import { GatewayError } from '../core/gateway-error.js';
import { type Stop, stopOf } from '../core/limits/stop.js';
import { chooseSender, type PoolMember } from '../core/pools/choose-sender.js';
import { lossOf } from '../core/pools/fail-over.js';
import type { Tenant } from '../platform/auth/principal.js';
import { Db, isTransient } from '../platform/db/db.js';
import { GroupCommit } from '../platform/db/group-commit.js';
import { Runtime } from '../platform/runtime.js';
import { FullHoursService } from '../rate-limit/full-hours.service.js';
import { StopsService } from '../rate-limit/stops.service.js';
import { type PoolPerson, type PoolRecipient, type PoolSenderRow, readPoolSenders } from './pool-senders.store.js';

const READ = { maxBatch: 500, maxWaiting: 20_000, deadlineMs: 10_000, isolate: (e: unknown) => !isTransient(e) };

/** A message that a number of a pool is to send. */
export interface PooledMessage {
  readonly recipient: string;
  readonly type: string;
  /** The name of its template; null for other kinds. */
  readonly template: string | null;
}

/** The pool through which a message came. */
export interface PoolPlace extends PoolPerson {
  /** Whether the person heard from another number, or from none, so far. */
  readonly isNew: boolean;
}

/** A number that was chosen for a message. */
export interface ChosenSender {
  readonly phoneNumberId: string;
  readonly pool: PoolPlace;
}

type Found = PoolSenderRow & { readonly stops: readonly Stop[] };

/** Says who sends: the number that a caller names, or one that their pool chooses. What it asks the database is asked once for all who ask at the same time. */
@Injectable()
export class PoolSendersService {
  private readonly readers = new Map<string, GroupCommit<PoolRecipient, Found>>();

  constructor(
    private readonly db: Db,
    private readonly accounts: AccountsService,
    private readonly stops: StopsService,
    private readonly fullHours: FullHoursService,
    private readonly runtime: Runtime,
  ) {}

  /** Meta's id of the tenant's portfolio; empty while it is not known here. */
  businessId({ portfolioId }: Tenant): string {
    return this.accounts.businessId(portfolioId) ?? '';
  }

  /** Throws `invalid_request` unless the number is the tenant's. */
  requireNumber({ portfolioId }: Tenant, phoneNumberId: string): void {
    if (this.accounts.phoneNumber(phoneNumberId)?.portfolioId === portfolioId) return;
    const detail = 'phone_number_id must be one of your numbers; GET /v1/phone_numbers lists them';
    throw new GatewayError('invalid_request', detail, { errors: [{ pointer: '/phone_number_id', detail }] });
  }

  /** For how many milliseconds after a full hour marketing of a number is spread. */
  fullHourSpreadOf(phoneNumberId: string): Promise<number> {
    return this.fullHours.spreadOf(phoneNumberId);
  }

  /**
   * The number that would send a message now. Nothing is kept. While an earlier message of the person waits on the number
   * that they know, a later one waits behind it, so that both move together when that number is lost. Throws
   * `invalid_request` when the tenant has no such pool.
   */
  async choose({ portfolioId }: Tenant, poolId: string, message: PooledMessage): Promise<ChosenSender> {
    const person = personKey(message.recipient);
    const { recipient } = message;
    const { numbers, known, waits, stops } = await this.readerOf(portfolioId).submit({ poolId, person, recipient });
    const members = this.members(portfolioId, numbers ?? [], message, stops);
    const isBehind = waits && members.some((m) => m.phoneNumberId === known);
    const chosen = isBehind ? known : chooseSender(person, members, known);
    if (chosen === null) throw unknownPool();
    return { phoneNumberId: chosen, pool: { poolId, person, isNew: chosen !== known } };
  }

  /** A pool's numbers as they stand now for a message; those that the portfolio has no more are left out. */
  members(
    portfolioId: string,
    numbers: readonly string[],
    message: Pick<PooledMessage, 'type' | 'template'>,
    stops: readonly Stop[],
  ): PoolMember[] {
    const nowMs = this.runtime.clock.now().getTime();
    return numbers.flatMap((id) => {
      const number = this.accounts.phoneNumber(id);
      if (number?.portfolioId !== portfolioId) return [];
      const { type, template } = message;
      const isStopped = stopOf({ ...number, type, template }, stops, nowMs) !== null;
      const isLost = lossOf({ ...number, isThere: true, isMember: true }, type, stops, nowMs) !== null;
      return [{ ...number, isStopped, isLost }];
    });
  }

  private readerOf(portfolioId: string): GroupCommit<PoolRecipient, Found> {
    const known = this.readers.get(portfolioId);
    if (known !== undefined) return known;
    const flush = async (asked: readonly PoolRecipient[]): Promise<Found[]> => {
      const [rows, stops] = await Promise.all([
        this.db.asTenant(portfolioId, (tx) => readPoolSenders(tx, portfolioId, asked)),
        this.stops.readAll(),
      ]);
      return rows.map((row) => ({ ...row, stops }));
    };
    const reader = new GroupCommit(flush, READ, this.runtime.clock);
    this.readers.set(portfolioId, reader);
    return reader;
  }
}

function unknownPool(): GatewayError {
  const detail = 'pool_id must be one of your pools, with a number that is still yours; GET /v1/pools lists them';
  return new GatewayError('invalid_request', detail, { errors: [{ pointer: '/pool_id', detail }] });
}
