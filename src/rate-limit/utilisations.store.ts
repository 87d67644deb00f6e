import type { Queryable } from '../platform/db/queryable.js';
import { appendNotices, type Notice } from '../platform/ledger/notices.store.js';

/** That a number came near one of its limits. */
export interface UtilisationNotice {
  readonly id: string;
  readonly portfolioId: string;
  readonly phoneNumberId: string;
  readonly limit: string;
  readonly used: number;
  readonly allowed: number;
  readonly at: Date;
}

/** Tells, as an event of the portfolio, that numbers came near a limit. */
export function insertUtilisation(
  tx: Queryable,
  notices: readonly UtilisationNotice[],
  publish: boolean,
): Promise<void> {
  return appendNotices(tx, notices.map(noticeOfUtilisation), publish);
}

/** The ledger's entry for it. */
export function noticeOfUtilisation(n: UtilisationNotice): Notice {
  return {
    portfolioId: n.portfolioId,
    aggregate: 'rate_limit',
    aggregateId: n.id,
    type: 'utilisation_high',
    occurredAt: n.at,
    data: { phone_number_id: n.phoneNumberId, limit: n.limit, used: n.used, allowed: n.allowed },
  };
}
