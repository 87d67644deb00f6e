import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The messaging limit of a portfolio: what Meta last said of it, and the places of those who count. A place is held by
 * one person until an instant; there are as many as Meta allows people, so that no count is needed to keep the limit.
 */
export class MessagingLimit1764000000063 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table messaging_limits (
        portfolio_id  uuid primary key references portfolios (id) on delete cascade,
        tier          text not null,
        as_of         timestamptz not null,
        counted_since timestamptz
      )`);
    await runner.query(`
      create table messaging_places (
        portfolio_id uuid not null references portfolios (id) on delete cascade,
        place        integer not null,
        person       text,
        held_until   timestamptz not null default '-infinity',
        primary key (portfolio_id, place)
      ) with (fillfactor = 70)`);
    await runner.query(`create index messaging_places_by_time on messaging_places (portfolio_id, held_until)`);
    await runner.query(`create index messaging_places_of_person on messaging_places (portfolio_id, person)`);
    for (const table of ['messaging_limits', 'messaging_places']) {
      await runner.query(`
        alter table ${table} enable row level security;
        create policy ${table}_of_tenant on ${table} to heliograph_tenant
          using (portfolio_id = nullif(current_setting('heliograph.portfolio_id', true), '')::uuid);
        grant select on ${table} to heliograph_tenant`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table messaging_places, messaging_limits`);
  }
}
