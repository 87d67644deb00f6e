import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the next owner of a lane goes on from: whether a pause ends with its worker, and the part of the level in use. */
export class LanePauses1764000000096 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table lane_limits
        add column pause_of_worker boolean not null default false,
        add column share_of_level double precision not null default 1,
        add constraint lane_limits_share_of_level check (share_of_level > 0 and share_of_level <= 1)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table lane_limits drop column pause_of_worker, drop column share_of_level`);
  }
}
