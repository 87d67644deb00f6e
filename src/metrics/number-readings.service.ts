import { Injectable } from '@nestjs/common';
import { AccountsService, type PolledNumber, type PolledTurn, type Waba } from '../accounts/accounts.service.js';
import { releasesOfNumber } from '../core/limits/release-by-poll.js';
import { type LimitNews, MessagingLimitService } from '../rate-limit/messaging-limit.service.js';
import { RateLimitService } from '../rate-limit/rate-limit.service.js';
import { type Release, StopsService } from '../rate-limit/stops.service.js';

/** Takes in what a poll of a WABA's numbers told: their levels, the messaging limit, and which stops it shows to be over. */
@Injectable()
export class NumberReadingsService {
  constructor(
    private readonly accounts: AccountsService,
    private readonly limits: RateLimitService,
    private readonly messaging: MessagingLimitService,
    private readonly stops: StopsService,
  ) {}

  /** The instant to ask for the numbers at. */
  now(): Promise<Date> {
    return this.messaging.now();
  }

  /** Takes in the numbers of a WABA, as of when they were asked for. */
  async take(waba: Waba, numbers: readonly PolledNumber[], asOf: Date): Promise<void> {
    // One commit: what two polls show together is not seen again by the next.
    await this.accounts.recordPoll({ wabaId: waba.wabaId, askedAt: asOf, numbers }, (tx, turns) => {
      const releases = turns.flatMap((turn) => releasesOf(turn, asOf));
      return this.stops.releaseIn(tx, releases);
    });
    await this.messaging.record(limitOf(waba, numbers, asOf));
    this.limits.adapt();
  }
}

/** The limit is the portfolio's, so every number tells the same; as of when the question was asked. */
function limitOf({ portfolioId }: Waba, numbers: readonly PolledNumber[], asOf: Date): LimitNews[] {
  const tier = numbers.find((n) => n.messagingLimitTier !== null)?.messagingLimitTier ?? null;
  return tier === null ? [] : [{ portfolioId, tier, asOf }];
}

/** What a poll shows to be over, of what had begun before it was asked for. */
function releasesOf(turn: PolledTurn, at: Date): Release[] {
  const { phone_number_id: scopeId, portfolio_id: portfolioId } = turn;
  const status = { before: turn.status_before, after: turn.status };
  const nameStatus = { before: turn.name_status_before, after: turn.name_status };
  return releasesOfNumber({ status, nameStatus }).map(({ codes, said }) => {
    return { portfolioId, scope: 'number', scopeId, codes, by: `Meta: ${said}`, at };
  });
}
