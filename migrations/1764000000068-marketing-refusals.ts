import type { MigrationInterface, QueryRunner } from 'typeorm';

/** To whom Meta refused to deliver marketing (131049), how often in a row, and until when nothing of it is sent to them. */
export class MarketingRefusals1764000000068 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table marketing_refusals (
        portfolio_id uuid not null references portfolios (id) on delete cascade,
        person       text not null,
        refusals     integer not null,
        refused_at   timestamptz not null,
        held_until   timestamptz not null,
        primary key (portfolio_id, person)
      )`);
    await runner.query(`
      alter table marketing_refusals enable row level security;
      create policy marketing_refusals_of_tenant on marketing_refusals to heliograph_tenant
        using (portfolio_id = nullif(current_setting('heliograph.portfolio_id', true), '')::uuid);
      grant select on marketing_refusals to heliograph_tenant`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table marketing_refusals`);
  }
}
