import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When an inbound message was marked as read at Meta. */
export class InboundRead1764000000040 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table inbound_messages add column read_at timestamptz`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table inbound_messages drop column read_at`);
  }
}
