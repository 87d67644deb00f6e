import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What waits to be sent again after a refusal: whoever takes a lane over holds the recipients of these, as its owner did. */
export class MessagesRefused1764000000091 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Partial, so that a backlog that was never tried costs nothing, and what is sent leaves it.
    await runner.query(`
      create index messages_refused on messages (phone_number_id) where state = 'queued' and retries > 0`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop index messages_refused`);
  }
}
