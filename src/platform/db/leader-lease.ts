import type { Queryable } from './queryable.js';

/**
 * Leads, or goes on leading, for `leaseMs` from now on the database's clock; false when somebody else does. A lease
 * and not a lock: a leader that hangs loses it, while a lock would stay with its connection as long as the process exists.
 */
export async function lead(q: Queryable, p: { name: string; owner: string; leaseMs: number }): Promise<boolean> {
  const leads = await q.run(
    `insert into leader_leases as l (name, owner, lease_until)
     values ($1, $2, now() + $3 * interval '1 millisecond')
     on conflict (name) do update
        set owner = excluded.owner, lease_until = excluded.lease_until
      where l.owner = excluded.owner or l.lease_until < now()`,
    [p.name, p.owner, p.leaseMs],
  );
  return leads > 0;
}

/** Stops leading, so that another may begin at once. */
export async function stepDown(q: Queryable, p: { name: string; owner: string }): Promise<void> {
  await q.run(`delete from leader_leases where name = $1 and owner = $2`, [p.name, p.owner]);
}
