/** How a WABA stands with the calls that Meta allows per hour. */
export interface CallStanding {
  readonly allowed: number;
  readonly used: number;
}

/**
 * Meta, "Rate limits", Business Management API: calls per app and WABA in an hour, 200, or 5,000 for an active WABA, which has at
 * least one registered number. What counts: reads of a WABA and its edges (phone_numbers, message_templates, subscribed_apps,
 * assigned_users), reads of a number, and templates that are made and removed. Messages, receipts and files do not.
 */
const PER_HOUR = { usual: 200, active: 5000 } as const;

/** What a schedule may use of it: the rest is kept for what people ask for, who make templates and want to see them. */
const SHARE_OF_SCHEDULES = 0.8;

/** Calls per hour that Meta allows a WABA, by what it last said of its numbers. */
export function callsAllowed(numbers: readonly { readonly status: string | null }[]): number {
  return numbers.some(({ status }) => status === 'CONNECTED') ? PER_HOUR.active : PER_HOUR.usual;
}

/** Whether a schedule may ask Meta about a WABA now, or gives way. */
export function mayAskOnSchedule({ allowed, used }: CallStanding): boolean {
  return used < Math.floor(allowed * SHARE_OF_SCHEDULES);
}

/** The node whose budget a call counts against, a WABA or a number; null when it counts against none. `path` is below the version. */
export function countedNode(method: string, path: string): string | null {
  const [, node, edge] = /^\/(\d+)(?:\/([a-z_]+))?(?:\?|$)/.exec(path) ?? [];
  if (node === undefined) return null;
  return method === 'GET' || edge === 'message_templates' ? node : null;
}
