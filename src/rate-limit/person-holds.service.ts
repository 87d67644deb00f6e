import { Injectable } from '@nestjs/common';
import { personKey } from '../core/consent/person-key.js';
import type { Held } from '../core/limits/admit.js';
import { MARKETING_HOLD_REASON } from '../core/limits/marketing-hold.js';
import { Db } from '../platform/db/db.js';
import { Runtime } from '../platform/runtime.js';
import { MarketingCapsService } from './marketing-caps.service.js';
import { readMarketingHolds } from './marketing-holds.store.js';
import { type MessageToPerson, MessagingLimitService, type MessagingStanding } from './messaging-limit.service.js';

/** A message whose person may hold it. */
export interface AskedOfPerson extends MessageToPerson {
  readonly isMarketing: boolean;
}

/** What holds messages because of their people, by message, with calendar instants. */
export interface PersonHolds {
  readonly messaging: ReadonlyMap<string, Held>;
  readonly marketing: ReadonlyMap<string, Held>;
  readonly marketingCap: ReadonlyMap<string, Held>;
}

/** What callers ask about limits that are about people: the portfolio's messaging limit, Meta's refusals, and caps. */
@Injectable()
export class PersonHoldsService {
  constructor(
    private readonly db: Db,
    private readonly messaging: MessagingLimitService,
    private readonly caps: MarketingCapsService,
    private readonly runtime: Runtime,
  ) {}

  /** How a portfolio stands with its messaging limit. */
  standing(portfolioId: string): Promise<MessagingStanding> {
    return this.messaging.standing(portfolioId);
  }

  /** Which of some messages of a portfolio would have to wait for their people. Nothing is claimed. */
  async holds(portfolioId: string, messages: readonly AskedOfPerson[]): Promise<PersonHolds> {
    const marketingTemplates = messages.filter((m) => m.isMarketing && m.type === 'template');
    const [messaging, marketing, marketingCap] = await Promise.all([
      this.messaging.holds(portfolioId, messages),
      this.refusals(portfolioId, messages),
      this.caps.holds(portfolioId, marketingTemplates),
    ]);
    return { messaging, marketing, marketingCap };
  }

  private async refusals(portfolioId: string, messages: readonly AskedOfPerson[]): Promise<ReadonlyMap<string, Held>> {
    const marketing = messages.filter((m) => m.isMarketing);
    if (marketing.length === 0) return new Map();
    const pairs = marketing.map((m) => ({ phoneNumberId: m.phoneNumberId, person: personKey(m.recipient) }));
    const untilMs = await readMarketingHolds(this.db, portfolioId, pairs, this.runtime.clock.now().getTime());
    const holds = marketing.map((m, i) => [m.id, { untilMs: untilMs[i] ?? 0, reason: MARKETING_HOLD_REASON }] as const);
    return new Map(holds.filter(([, { untilMs: at }]) => at > 0));
  }
}
