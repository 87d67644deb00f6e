import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How many media messages of a number failed in a row, as the owner of its lane tells it: the next owner goes on counting. */
export class MediaFailures1764000000092 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table lane_limits add column media_failures integer not null default 0,
        add constraint lane_limits_media_failures check (media_failures >= 0)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table lane_limits drop column media_failures`);
  }
}
