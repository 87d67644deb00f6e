import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How long after a full hour marketing of a number is spread, chosen for the number; null: as the setting says. */
export class FullHourSpread1764000000094 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table rate_limit_policies add column full_hour_spread_ms integer,
        add constraint rate_limit_policies_full_hour_spread_ms check (full_hour_spread_ms >= 0)`);
    await runner.query(`grant update (full_hour_spread_ms) on rate_limit_policies to heliograph_tenant`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table rate_limit_policies drop column full_hour_spread_ms`);
  }
}
