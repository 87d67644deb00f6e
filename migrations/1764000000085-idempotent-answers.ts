import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The answers of calls under an idempotency key, which are given again; and until when one that is not answered yet counts
 * as running. Messages have neither: what they are answered follows from their own rows.
 */
export class IdempotentAnswers1764000000085 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table idempotency_keys
        add column answer jsonb,
        add column running_until timestamptz,
        add constraint idempotency_answered_or_running check (answer is null or running_until is null)`);
    // A tenant's transaction makes something, then writes down its own answer; of other columns it changes none.
    await runner.query(`grant update (answer, running_until) on idempotency_keys to heliograph_tenant`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`revoke update (answer, running_until) on idempotency_keys from heliograph_tenant`);
    await runner.query(`
      alter table idempotency_keys
        drop constraint idempotency_answered_or_running, drop column answer, drop column running_until`);
  }
}
