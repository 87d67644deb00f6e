import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Numbers of which statuses told that Meta had refused messages for their rate: any replica may hear of them, and the owner of the
 * lane acts on it. No row for a number without.
 */
export class LateRefusals1764000000097 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table late_refusals (
        phone_number_id text not null references phone_numbers (phone_number_id) on delete cascade,
        code            integer not null,
        portfolio_id    uuid not null references portfolios (id) on delete cascade,
        latest_at       timestamptz not null default clock_timestamp(),
        primary key (phone_number_id, code)
      )`);
    await runner.query(`
      alter table late_refusals enable row level security;
      create policy late_refusals_of_tenant on late_refusals to heliograph_tenant
        using (portfolio_id = nullif(current_setting('heliograph.portfolio_id', true), '')::uuid);
      grant select on late_refusals to heliograph_tenant`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table late_refusals`);
  }
}
