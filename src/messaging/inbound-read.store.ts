import type { Queryable } from '../platform/db/queryable.js';

/** Notes that an inbound message was marked as read, the first time. One that we do not have changes nothing. */
export async function markInboundRead(
  q: Queryable,
  p: { portfolioId: string; phoneNumberId: string; wamid: string },
): Promise<void> {
  await q.run(
    `update inbound_messages set read_at = now()
      where phone_number_id = $2 and wamid = $3 and portfolio_id = $1 and read_at is null`,
    [p.portfolioId, p.phoneNumberId, p.wamid],
  );
}
