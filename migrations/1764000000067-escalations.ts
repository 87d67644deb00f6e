import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The levels of limiting that numbers reached, so that three in a row are three although lanes move and processes start
 * anew; and stops of a whole portfolio, which the middle one of them makes.
 */
export class Escalations1764000000067 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table limit_escalations (
        id              uuid primary key default gen_random_uuid(),
        portfolio_id    uuid not null references portfolios (id) on delete cascade,
        phone_number_id text not null,
        level           text not null,
        code            integer not null,
        reason          text not null,
        began_at        timestamptz not null default clock_timestamp(),
        until           timestamptz not null,
        constraint limit_escalations_level check (level in ('light', 'medium', 'severe'))
      )`);
    await runner.query(`create index limit_escalations_of on limit_escalations (portfolio_id, began_at)`);
    await runner.query(`
      alter table limit_escalations enable row level security;
      create policy limit_escalations_of_tenant on limit_escalations to heliograph_tenant
        using (portfolio_id = nullif(current_setting('heliograph.portfolio_id', true), '')::uuid);
      grant select on limit_escalations to heliograph_tenant`);
    await runner.query(`
      alter table limit_stops drop constraint limit_stops_scope,
        add constraint limit_stops_scope check (scope in ('number', 'waba', 'portfolio', 'template'))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`delete from limit_stops where scope = 'portfolio'`);
    await runner.query(`
      alter table limit_stops drop constraint limit_stops_scope,
        add constraint limit_stops_scope check (scope in ('number', 'waba', 'template'))`);
    await runner.query(`drop table limit_escalations`);
  }
}
