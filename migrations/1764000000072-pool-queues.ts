import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What waits, or is under way, in the queue of a pool's number, by person: for fail-over, and for keeping a person's order. */
export class PoolQueues1764000000072 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Partial, so that messages without a pool cost nothing, and those that are settled leave it.
    await runner.query(`
      create index messages_of_pool on messages (pool_id, phone_number_id, recipient, id)
        where pool_id is not null and state in ('queued', 'scheduled', 'sending', 'unknown')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop index messages_of_pool`);
  }
}
