/** Words of Meta's for one thing, as two polls in a row read them; null where one did not tell. */
export interface Reading {
  readonly before: string | null;
  readonly after: string | null;
}

/** What two polls show to be over. */
export interface PollRelease {
  /** Meta's errors whose stops end. */
  readonly codes: readonly number[];
  /** What Meta said, in a few words. */
  readonly said: string;
}

/** A change that Meta's own words show, and the errors that it answers. */
interface Mending {
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly codes: readonly number[];
}

/**
 * Deleted, wrong certificate, to be verified again, not registered: a number that was not connected and is now has been verified
 * and registered. Bans and restrictions are not among it, although they end in the same word: 131048 is a person's to judge, and
 * an account that was locked for nine days was shown as CONNECTED all the time (docs/operations.md).
 */
const CONNECTED: Mending = {
  from: ['DISCONNECTED', 'PENDING', 'UNVERIFIED', 'DELETED', 'MIGRATED'],
  to: ['CONNECTED'],
  codes: [33, 131045, 133006, 133010],
};

/** The display name of a number had to be approved, and is. */
const NAME_APPROVED: Mending = {
  from: ['DECLINED', 'EXPIRED', 'NONE', 'PENDING_REVIEW'],
  to: ['APPROVED', 'AVAILABLE_WITHOUT_REVIEW'],
  codes: [131037],
};

/** Paused or disabled, and sendable again: what a webhook says as well, if it comes. */
const TEMPLATE_APPROVED: Mending = { from: ['PAUSED', 'DISABLED'], to: ['APPROVED'], codes: [132015, 132016] };

/**
 * What two readings of a number let go on. A word that is good proves nothing by itself, because Meta's states leave out what
 * its errors say: the poll before has to have shown the cause, and this one that it is gone. What is not told shows nothing.
 */
export function releasesOfNumber(of: { readonly status: Reading; readonly nameStatus: Reading }): PollRelease[] {
  return [...releaseBy(CONNECTED, 'status', of.status), ...releaseBy(NAME_APPROVED, 'name_status', of.nameStatus)];
}

/** What two readings of a template's status let go on. */
export function releasesOfTemplate(status: Reading): PollRelease[] {
  return releaseBy(TEMPLATE_APPROVED, 'status', status);
}

function releaseBy({ from, to, codes }: Mending, field: string, { before, after }: Reading): PollRelease[] {
  if (before === null || after === null || !from.includes(before) || !to.includes(after)) return [];
  return [{ codes, said: `poll of ${field}, ${after} after ${before}` }];
}
