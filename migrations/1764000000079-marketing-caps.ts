import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Caps on the marketing that a person gets, chosen for numbers; and what the people of portfolios with such a cap have had
 * (docs/adr/0026). One row a person: its lock is what lets two numbers that write to one person at once take turns.
 */
export class MarketingCaps1764000000079 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table rate_limit_policies
        add column marketing_cap integer,
        add column marketing_cap_days integer,
        add constraint rate_limit_policies_marketing_cap
          check (marketing_cap > 0 and marketing_cap_days > 0 or marketing_cap is null and marketing_cap_days is null)`);
    await runner.query(`
      grant update (marketing_cap, marketing_cap_days) on rate_limit_policies to heliograph_tenant`);
    await runner.query(`
      create table marketing_reach (
        portfolio_id uuid not null references portfolios (id) on delete cascade,
        person       text not null,
        sends        jsonb not null default '[]',
        latest_at    timestamptz not null default clock_timestamp(),
        primary key (portfolio_id, person)
      ) with (fillfactor = 80)`);
    await runner.query(`
      create table marketing_counts (
        portfolio_id uuid primary key references portfolios (id) on delete cascade,
        counted_to   timestamptz not null
      )`);
    for (const table of ['marketing_reach', 'marketing_counts']) {
      await runner.query(`
        alter table ${table} enable row level security;
        create policy ${table}_of_tenant on ${table} to heliograph_tenant
          using (portfolio_id = nullif(current_setting('heliograph.portfolio_id', true), '')::uuid);
        grant select on ${table} to heliograph_tenant`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table marketing_counts, marketing_reach`);
    await runner.query(`alter table rate_limit_policies drop column marketing_cap, drop column marketing_cap_days`);
  }
}
