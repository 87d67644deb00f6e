import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When the list was asked for that a template's content is from: webhooks tell of its state, and nothing of its content. */
export class TemplateLists1764000000090 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Unknown of what is there: the next list is the later one, whenever it was asked for.
    await runner.query(`alter table templates add column listed_at timestamptz`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table templates drop column listed_at`);
  }
}
