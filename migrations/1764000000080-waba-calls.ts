import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Calls of all processes that Meta counts against the hourly budget of a WABA, by the minute. */
export class WabaCalls1764000000080 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table waba_calls (
        waba_id      text not null references wabas (waba_id) on delete cascade,
        portfolio_id uuid not null references portfolios (id) on delete cascade,
        minute       timestamptz not null,
        calls        integer not null,
        primary key (waba_id, minute)
      ) with (fillfactor = 70)`);
    await runner.query(`
      alter table waba_calls enable row level security;
      create policy waba_calls_of_tenant on waba_calls to heliograph_tenant
        using (portfolio_id = nullif(current_setting('heliograph.portfolio_id', true), '')::uuid);
      grant select on waba_calls to heliograph_tenant`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table waba_calls`);
  }
}
