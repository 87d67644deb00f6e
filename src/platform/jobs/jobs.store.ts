import type { Queryable } from '../db/queryable.js';

/**
 * Claims one run of a job for this replica: true when it is due by the database's clock and nobody is running it. A
 * replica that dies in the middle blocks the job no longer than `mostMs`.
 */
export async function claimRun(q: Queryable, p: { name: string; everyMs: number; mostMs: number }): Promise<boolean> {
  const claimed = await q.run(
    `insert into scheduled_jobs as j (name, last_run_at, running_until)
     values ($1, now(), now() + $3 * interval '1 millisecond')
     on conflict (name) do update
        set last_run_at = now(), running_until = excluded.running_until
      where j.last_run_at <= now() - $2 * interval '1 millisecond'
        and (j.running_until is null or j.running_until < now())`,
    [p.name, p.everyMs, p.mostMs],
  );
  return claimed > 0;
}

/** Ends a run, so that the next one may begin as soon as it is due. */
export async function endRun(q: Queryable, name: string): Promise<void> {
  await q.run(`update scheduled_jobs set running_until = null where name = $1`, [name]);
}
