import type { MigrationInterface, QueryRunner } from 'typeorm';

/** That somebody was erased, who asked for it and what it took; never who it was. */
export class Erasures1764000000076 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table erasures (
        id           uuid primary key,
        portfolio_id uuid not null references portfolios (id) on delete cascade,
        asked_by     uuid not null,
        erased_at    timestamptz not null default now(),
        erased       jsonb not null
      )`);
    await runner.query(`
      alter table erasures enable row level security;
      create policy erasures_of_tenant on erasures to heliograph_tenant
        using (portfolio_id = nullif(current_setting('heliograph.portfolio_id', true), '')::uuid)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table erasures`);
  }
}
