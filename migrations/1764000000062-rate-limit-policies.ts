import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What was chosen for a number beyond Meta's limits, where its warm-up stands, and who changed what. A policy that was
 * taken back keeps its row, so that every process learns of it by the same look.
 */
export class RateLimitPolicies1764000000062 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table rate_limit_policies (
        phone_number_id text primary key references phone_numbers (phone_number_id) on delete cascade,
        portfolio_id    uuid not null references portfolios (id) on delete cascade,
        warm_up         text,
        escalation      text,
        utilisation     text,
        max_mps         integer,
        warm_up_stage   integer not null default 0,
        warm_up_since   timestamptz,
        warm_up_reason  text,
        changed_at      timestamptz not null default clock_timestamp(),
        changed_by      text not null,
        constraint rate_limit_policies_max_mps check (max_mps > 0),
        constraint rate_limit_policies_warm_up check ((warm_up is null) = (warm_up_since is null))
      )`);
    await runner.query(`create index rate_limit_policies_changed on rate_limit_policies (changed_at)`);
    await runner.query(`
      create table rate_limit_policy_changes (
        id              bigint generated always as identity primary key,
        portfolio_id    uuid not null references portfolios (id) on delete cascade,
        phone_number_id text not null,
        changed_at      timestamptz not null,
        changed_by      text not null,
        before          jsonb,
        after           jsonb not null
      )`);
    await runner.query(`
      create index rate_limit_policy_changes_of on rate_limit_policy_changes (portfolio_id, phone_number_id, id)`);
    for (const table of ['rate_limit_policies', 'rate_limit_policy_changes']) {
      await runner.query(`
        alter table ${table} enable row level security;
        create policy ${table}_of_tenant on ${table} to heliograph_tenant
          using (portfolio_id = nullif(current_setting('heliograph.portfolio_id', true), '')::uuid)`);
    }
    await runner.query(`
      grant select, insert, update (warm_up, escalation, utilisation, max_mps, warm_up_stage, warm_up_since,
                                    warm_up_reason, changed_at, changed_by)
         on rate_limit_policies to heliograph_tenant;
      grant select, insert on rate_limit_policy_changes to heliograph_tenant`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table rate_limit_policy_changes, rate_limit_policies`);
  }
}
