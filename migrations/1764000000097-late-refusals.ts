import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Numbers of which statuses told that Meta had refused messages for their rate, and when the latest of these was sent: any
 * replica may hear of them, and the owner of the lane acts on it. No row for a number without. And when Meta's own words
 * last let something go on that its errors stop: what was sent before stops it no more, in whatever order webhooks come.
 */
export class LateRefusals1764000000097 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table late_refusals (
        phone_number_id text not null references phone_numbers (phone_number_id) on delete cascade,
        code            integer not null,
        portfolio_id    uuid not null references portfolios (id) on delete cascade,
        sent_at         timestamptz not null,
        primary key (phone_number_id, code)
      )`);
    await runner.query(`
      alter table late_refusals enable row level security;
      create policy late_refusals_of_tenant on late_refusals to heliograph_tenant
        using (portfolio_id = nullif(current_setting('heliograph.portfolio_id', true), '')::uuid);
      grant select on late_refusals to heliograph_tenant`);
    await runner.query(`
      create table release_signals (
        scope        text not null,
        scope_id     text not null,
        code         integer not null,
        portfolio_id uuid not null references portfolios (id) on delete cascade,
        at           timestamptz not null,
        primary key (scope, scope_id, code)
      )`);
    await runner.query(`
      alter table release_signals enable row level security;
      create policy release_signals_of_tenant on release_signals to heliograph_tenant
        using (portfolio_id = nullif(current_setting('heliograph.portfolio_id', true), '')::uuid);
      grant select on release_signals to heliograph_tenant`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table late_refusals, release_signals`);
  }
}
