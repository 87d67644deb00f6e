import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Media messages of a number that Meta took and that failed because of their files, in a row, as webhooks told: any replica may hear
 * of them, and the owner of the number's lane acts on it. No row for a number without.
 */
export class FailedMedia1764000000095 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table failed_media (
        phone_number_id text primary key references phone_numbers (phone_number_id) on delete cascade,
        portfolio_id    uuid not null references portfolios (id) on delete cascade,
        failures        integer not null,
        latest_at       timestamptz not null default clock_timestamp()
      )`);
    await runner.query(`
      alter table failed_media enable row level security;
      create policy failed_media_of_tenant on failed_media to heliograph_tenant
        using (portfolio_id = nullif(current_setting('heliograph.portfolio_id', true), '')::uuid);
      grant select on failed_media to heliograph_tenant`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table failed_media`);
  }
}
