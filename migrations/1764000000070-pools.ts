import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Number pools: which numbers of a portfolio send for each other, who changed what, and whom each person hears from. */
export class Pools1764000000070 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table pools (
        id               uuid primary key,
        portfolio_id     uuid not null references portfolios (id) on delete cascade,
        name             text not null,
        phone_number_ids text[] not null,
        created_at       timestamptz not null default now(),
        changed_at       timestamptz not null default now(),
        changed_by       text not null,
        constraint pools_name_key unique (portfolio_id, name),
        constraint pools_numbers check (cardinality(phone_number_ids) between 1 and 50)
      )`);
    await runner.query(`
      create table pool_changes (
        id           bigint generated always as identity primary key,
        portfolio_id uuid not null references portfolios (id) on delete cascade,
        pool_id      uuid not null,
        changed_at   timestamptz not null default now(),
        changed_by   text not null,
        before       jsonb,
        after        jsonb
      )`);
    await runner.query(`create index pool_changes_of on pool_changes (portfolio_id, pool_id, id)`);
    await runner.query(`
      create table pool_senders (
        pool_id         uuid not null references pools (id) on delete cascade,
        person_key      text not null,
        portfolio_id    uuid not null references portfolios (id) on delete cascade,
        phone_number_id text not null,
        primary key (pool_id, person_key)
      )`);
    for (const table of ['pools', 'pool_changes', 'pool_senders']) {
      await runner.query(`
        alter table ${table} enable row level security;
        create policy ${table}_of_tenant on ${table} to heliograph_tenant
          using (portfolio_id = nullif(current_setting('heliograph.portfolio_id', true), '')::uuid)`);
    }
    await runner.query(`
      grant select, insert, delete, update (name, phone_number_ids, changed_at, changed_by) on pools to heliograph_tenant;
      grant select, insert on pool_changes to heliograph_tenant;
      grant select, insert, update (phone_number_id) on pool_senders to heliograph_tenant`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table pool_senders, pool_changes, pools`);
  }
}
