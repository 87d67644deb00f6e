import { Inject, Injectable } from '@nestjs/common';
import { throughputMps } from '../core/limits/throughput-level.js';
import { KeyRing } from '../platform/crypto/key-ring.js';
import { Db } from '../platform/db/db.js';
import type { Queryable } from '../platform/db/queryable.js';
import { SharedRun } from '../platform/lifecycle/shared-run.js';
import type { Logger } from '../platform/observability/logger.js';
import { LOGGER } from '../platform/tokens.js';
import type { PhoneNumberList, PhoneNumberView } from './accounts.dto.js';
import * as store from './accounts.store.js';

export type { PolledNumber, PolledTurn } from './accounts.store.js';

/** A Meta app that signs webhooks for some WABAs of one portfolio. */
export interface App {
  readonly appId: string;
  readonly portfolioId: string;
  /** The current secret first; an older one stays valid while Meta still signs with it. */
  readonly appSecrets: readonly string[];
  readonly verifyToken: string;
}

/** A WhatsApp Business Account with the token that may send for it. */
export interface Waba {
  readonly wabaId: string;
  readonly portfolioId: string;
  readonly appId: string;
  readonly accessToken: string;
}

/** A business phone number, as last read from Meta. */
export interface PhoneNumber {
  readonly phoneNumberId: string;
  readonly portfolioId: string;
  readonly wabaId: string;
  readonly displayPhoneNumber: string;
  readonly verifiedName: string | null;
  readonly qualityRating: string | null;
  readonly status: string | null;
  readonly throughputLevel: string | null;
  /** Messages per second that Meta allows, inbound and outbound together. */
  readonly throughputMps: number;
  readonly messagingLimitTier: string | null;
  readonly polledAt: Date | null;
}

interface Directory {
  readonly businessIds: ReadonlyMap<string, string>;
  readonly apps: ReadonlyMap<string, App>;
  readonly wabas: ReadonlyMap<string, Waba>;
  readonly numbers: ReadonlyMap<string, PhoneNumber>;
}

const EMPTY: Directory = { businessIds: new Map(), apps: new Map(), wabas: new Map(), numbers: new Map() };

/**
 * Who is who: portfolios, apps, WABAs and phone numbers, held in memory (they are few) and read again every few
 * seconds, so that hot paths ask without a round trip and a change reaches every replica within five seconds.
 */
@Injectable()
export class AccountsService {
  private directory: Directory = EMPTY;
  private stamp: string | null = null;
  // One after the other: of two readings side by side the older might be the last to arrive.
  private readonly reading = new SharedRun(() => this.readAll());

  constructor(
    private readonly db: Db,
    private readonly keys: KeyRing,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Reads everything again if anything has changed; asks for no more than a stamp when nothing has. */
  async refreshIfChanged(): Promise<boolean> {
    const stamp = await store.readStamp(this.db);
    if (stamp === this.stamp) return false;
    await this.refresh();
    // Taken before the reading: what changed meanwhile has another stamp, and is read the next time.
    this.stamp = stamp;
    return true;
  }

  /** Reads everything again. A secret that cannot be decrypted is reported and its owner left out. */
  refresh(): Promise<void> {
    return this.reading.begin();
  }

  private async readAll(): Promise<void> {
    const [portfolios, apps, wabas, numbers] = await Promise.all([
      store.listPortfolios(this.db),
      store.listApps(this.db),
      store.listWabas(this.db),
      store.listPhoneNumbers(this.db),
    ]);
    this.directory = {
      businessIds: new Map(portfolios.map((p) => [p.id, p.business_id])),
      apps: this.index(
        apps,
        (row) => this.openApp(row),
        (app) => app.appId,
      ),
      wabas: this.index(
        wabas,
        (row) => this.openWaba(row),
        (waba) => waba.wabaId,
      ),
      numbers: new Map(numbers.map((row) => [row.phone_number_id, toPhoneNumber(row)])),
    };
  }

  /** The app with this id. */
  app(appId: string): App | undefined {
    return this.directory.apps.get(appId);
  }

  /** Every app. */
  apps(): readonly App[] {
    return [...this.directory.apps.values()];
  }

  /** The WABA with this id. */
  waba(wabaId: string): Waba | undefined {
    return this.directory.wabas.get(wabaId);
  }

  /** Every WABA. */
  wabas(): readonly Waba[] {
    return [...this.directory.wabas.values()];
  }

  /** The phone number with this id, whoever owns it. */
  phoneNumber(phoneNumberId: string): PhoneNumber | undefined {
    return this.directory.numbers.get(phoneNumberId);
  }

  /** The numbers of a WABA. */
  numbersOfWaba(wabaId: string): readonly PhoneNumber[] {
    return [...this.directory.numbers.values()].filter((n) => n.wabaId === wabaId);
  }

  /** The numbers of a portfolio. */
  numbersOf(portfolioId: string): readonly PhoneNumber[] {
    return [...this.directory.numbers.values()].filter((n) => n.portfolioId === portfolioId);
  }

  /** The numbers of one portfolio, as it sees them. */
  listFor(portfolioId: string): PhoneNumberList {
    const own = [...this.directory.numbers.values()].filter((n) => n.portfolioId === portfolioId);
    return { phone_numbers: own.map(toView) };
  }

  /** Meta's id of a portfolio, which names the tenant on the bus. */
  businessId(portfolioId: string): string | undefined {
    return this.directory.businessIds.get(portfolioId);
  }

  /**
   * Stores what a poll of the Graph API found, by one commit with what `follow` makes of it, and shows it at once. A
   * number of which a later question has been answered already stays as that answer told it.
   */
  async recordPoll(
    poll: store.Poll,
    follow: (tx: Queryable, turns: readonly store.PolledTurn[]) => Promise<void>,
  ): Promise<void> {
    await this.db.transaction(async (tx) => follow(tx, await store.recordPoll(tx, poll)));
    await this.refresh();
  }

  private openApp(row: store.AppRow): App {
    const place = `apps/${row.app_id}`;
    return {
      appId: row.app_id,
      portfolioId: row.portfolio_id,
      appSecrets: row.app_secrets.map((sealed) => this.keys.open(sealed, `${place}/app_secret`)),
      verifyToken: this.keys.open(row.verify_token, `${place}/verify_token`),
    };
  }

  private openWaba(row: store.WabaRow): Waba {
    return {
      wabaId: row.waba_id,
      portfolioId: row.portfolio_id,
      appId: row.app_id,
      accessToken: this.keys.open(row.access_token, `wabas/${row.waba_id}/access_token`),
    };
  }

  private index<Row, T>(rows: readonly Row[], open: (row: Row) => T, idOf: (item: T) => string): Map<string, T> {
    const found = new Map<string, T>();
    for (const row of rows) {
      try {
        const item = open(row);
        found.set(idOf(item), item);
      } catch (err) {
        this.logger.error({ err }, 'an account is left out: its secret cannot be decrypted');
      }
    }
    return found;
  }
}

function toPhoneNumber(row: store.PhoneNumberRow): PhoneNumber {
  return {
    phoneNumberId: row.phone_number_id,
    portfolioId: row.portfolio_id,
    wabaId: row.waba_id,
    displayPhoneNumber: row.display_phone_number,
    verifiedName: row.verified_name,
    qualityRating: row.quality_rating,
    status: row.status,
    throughputLevel: row.throughput_level,
    throughputMps: throughputMps({ level: row.throughput_level, isOnBizApp: row.is_on_biz_app }),
    messagingLimitTier: row.messaging_limit_tier,
    polledAt: row.polled_at,
  };
}

function toView(n: PhoneNumber): PhoneNumberView {
  return {
    phone_number_id: n.phoneNumberId,
    waba_id: n.wabaId,
    display_phone_number: n.displayPhoneNumber,
    verified_name: n.verifiedName,
    quality_rating: n.qualityRating,
    status: n.status,
    throughput_level: n.throughputLevel,
    throughput_mps: n.throughputMps,
    messaging_limit_tier: n.messagingLimitTier,
    polled_at: n.polledAt?.toISOString() ?? null,
  };
}
