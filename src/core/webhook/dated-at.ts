const DAY_MS = 86_400_000;

/** Meta redelivers for up to seven days ("Webhooks", retries); a day more for its clock and ours. */
const REDELIVERED_FOR_MS = 8 * DAY_MS;

/**
 * When something was told that Meta says to have told at `toldAt`. A clock of Meta's that is ahead does not date news
 * into the future; and what claims to be older than Meta redelivers is no redelivery, so its date is none: the samples
 * of Meta's documents, which test tools send as they are, carry dates of years ago.
 */
export function datedAt(toldAt: Date | null, receivedAt: Date): Date {
  if (toldAt === null) return receivedAt;
  const ageMs = receivedAt.getTime() - toldAt.getTime();
  return ageMs > 0 && ageMs <= REDELIVERED_FOR_MS ? toldAt : receivedAt;
}
