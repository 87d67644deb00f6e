import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What limits need beyond the memory of a lane's owner: the recipient of each attempt (a new owner derives the pairs'
 * debts from it), stops that outlive every process, and what the owners publish for those who ask another replica.
 */
export class Limits1764000000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table attempts add column recipient text`);
    await runner.query(`
      create table limit_stops (
        id           uuid primary key default gen_random_uuid(),
        portfolio_id uuid not null references portfolios (id) on delete cascade,
        scope        text not null,
        scope_id     text not null,
        stops        text not null,
        code         integer not null,
        reason       text not null,
        since        timestamptz not null default now(),
        until        timestamptz,
        released_at  timestamptz,
        released_by  text,
        constraint limit_stops_scope check (scope in ('number', 'waba', 'template')),
        constraint limit_stops_stops check (stops in ('all', 'templates')),
        constraint limit_stops_released check ((released_at is null) = (released_by is null))
      )`);
    await runner.query(`
      create unique index limit_stops_in_force on limit_stops (scope, scope_id, code) where released_at is null`);
    await runner.query(`create index limit_stops_of_portfolio on limit_stops (portfolio_id, since)`);
    await runner.query(`
      create table lane_limits (
        phone_number_id    text primary key references phone_numbers (phone_number_id) on delete cascade,
        portfolio_id       uuid not null references portfolios (id) on delete cascade,
        used               integer not null,
        current_mps        integer not null,
        reserve_mps        integer not null,
        paused_until       timestamptz,
        pause_reason       text,
        media_paused_until timestamptz,
        told_at            timestamptz not null default now()
      ) with (fillfactor = 50)`);
    for (const table of ['limit_stops', 'lane_limits']) {
      await runner.query(`
        alter table ${table} enable row level security;
        create policy ${table}_of_tenant on ${table} to heliograph_tenant
          using (portfolio_id = nullif(current_setting('heliograph.portfolio_id', true), '')::uuid)`);
    }
    // A tenant may release a stop, and write nothing else in it.
    await runner.query(`grant select, update (released_at, released_by) on limit_stops to heliograph_tenant`);
    await runner.query(`grant select on lane_limits to heliograph_tenant`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table lane_limits, limit_stops`);
    await runner.query(`alter table attempts drop column recipient`);
  }
}
