import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What messages share the slots of their number by, and what the keys weigh (docs/adr/0025): each key has a queue of its own in the index of what is due, so that a look
 * at one reads no message of another. Compared byte by byte, because the queues are hopped through in the order of their keys.
 */
export class FairnessKeys1764000000083 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table messages add column fairness_key text collate "C" not null default ''`);
    await runner.query(`drop index messages_due`);
    await runner.query(`
      create index messages_due on messages (phone_number_id, priority, fairness_key, due_at, id)
        where state in ('queued', 'scheduled')`);
    await runner.query(`alter table rate_limit_policies add column fairness_weights jsonb`);
    await runner.query(`grant update (fairness_weights) on rate_limit_policies to heliograph_tenant`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table rate_limit_policies drop column fairness_weights`);
    await runner.query(`drop index messages_due`);
    await runner.query(`
      create index messages_due on messages (phone_number_id, priority, due_at, id)
        where state in ('queued', 'scheduled')`);
    await runner.query(`alter table messages drop column fairness_key`);
  }
}
