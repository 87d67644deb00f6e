import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When the content of a message was taken out: what is left of it says that and how it was sent, and no longer what. */
export class ContentRetention1764000000075 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table messages add column content_erased_at timestamptz`);
    // In the order in which they are written, so that a new message adds to its end only.
    await runner.query(`create index messages_with_content on messages (accepted_at) where content_erased_at is null`);
    await runner.query(`create index inbound_messages_received on inbound_messages using brin (received_at)`);
    await runner.query(`create index media_inbound_created on media (created_at) where direction = 'inbound'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop index media_inbound_created, inbound_messages_received, messages_with_content`);
    await runner.query(`alter table messages drop column content_erased_at`);
  }
}
