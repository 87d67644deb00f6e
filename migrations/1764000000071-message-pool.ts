import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Messages know the pool that chose their number. */
export class MessagePool1764000000071 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table messages add column pool_id uuid`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table messages drop column pool_id`);
  }
}
