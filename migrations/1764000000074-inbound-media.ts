import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When a file that a person sent is next fetched from Meta, and how often that has failed. */
export class InboundMedia1764000000074 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table media
        add column fetch_due_at timestamptz not null default now(),
        add column fetch_failures integer not null default 0`);
    await runner.query(`create index media_to_fetch on media (fetch_due_at) where state = 'remote'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop index media_to_fetch`);
    await runner.query(`alter table media drop column fetch_due_at, drop column fetch_failures`);
  }
}
