import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Stops count what is told of them, so that versions rise even after the ledger has forgotten the earlier entries. */
export class StopVersions1764000000065 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Nothing has been told of the stops that are there: their next entry is their first.
    await runner.query(`
      alter table limit_stops add column version integer not null default 0,
        add constraint limit_stops_version check (version >= 0)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table limit_stops drop column version`);
  }
}
