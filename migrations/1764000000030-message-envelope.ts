import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Messages to groups, and the Cloud API's own options that stand beside the content (identity check, ad sharing, Direct
 * Send). One column for all of them: they are handed through and never searched for. Constraints are added without a
 * scan and checked afterwards, so that a table of any size is locked for an instant only.
 */
export class MessageEnvelope1764000000030 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table messages add column envelope jsonb`);
    await replaceKinds(runner, `'phone', 'bsuid', 'group'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`delete from messages where recipient_kind = 'group'`);
    await replaceKinds(runner, `'phone', 'bsuid'`);
    await runner.query(`alter table messages drop column envelope`);
  }
}

async function replaceKinds(runner: QueryRunner, kinds: string): Promise<void> {
  await runner.query(`
    alter table messages drop constraint messages_recipient_kind,
                         add constraint messages_recipient_kind check (recipient_kind in (${kinds})) not valid`);
  await runner.query(`alter table messages validate constraint messages_recipient_kind`);
}
