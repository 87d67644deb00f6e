import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How Meta's review of a number's display name stands, as polls read it: what 131037 waits for. */
export class NameStatus1764000000093 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table phone_numbers add column name_status text`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table phone_numbers drop column name_status`);
  }
}
