import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Message templates as Meta has them, what changed of them, and when each WABA is to be asked again. */
export class Templates1764000000031 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // All but the key may be unknown: a webhook tells a little of a template that no poll has seen yet.
    await runner.query(`
      create table templates (
        waba_id          text not null references wabas,
        template_id      text not null,
        portfolio_id     uuid not null references portfolios,
        name             text not null,
        language         text not null,
        status           text,
        category         text,
        quality_score    text,
        parameter_format text,
        components       jsonb,
        rejected_reason  text,
        heard_at         timestamptz,
        synced_at        timestamptz,
        updated_at       timestamptz not null default now(),
        primary key (waba_id, template_id)
      )`);
    await runner.query(`create index templates_updated on templates (updated_at)`);
    await runner.query(`create index templates_of_portfolio on templates (portfolio_id, name, language, template_id)`);
    await runner.query(`
      create table template_changes (
        id           bigint generated always as identity primary key,
        waba_id      text not null,
        template_id  text not null,
        portfolio_id uuid not null references portfolios,
        field        text not null,
        before       text,
        after        text,
        reason       text,
        source       text not null,
        changed_at   timestamptz not null default now(),
        foreign key (waba_id, template_id) references templates on delete cascade,
        constraint template_changes_field check (field in ('status', 'category', 'quality_score')),
        constraint template_changes_source check (source in ('poll', 'webhook'))
      )`);
    await runner.query(`create index template_changes_of on template_changes (waba_id, template_id, id)`);
    await runner.query(`
      create table template_syncs (
        waba_id      text primary key references wabas,
        portfolio_id uuid not null references portfolios,
        due_at       timestamptz not null
      )`);
    for (const table of ['templates', 'template_changes', 'template_syncs']) {
      await runner.query(`
        alter table ${table} enable row level security;
        create policy ${table}_of_tenant on ${table} to heliograph_tenant
          using (portfolio_id = nullif(current_setting('heliograph.portfolio_id', true), '')::uuid);
        grant select on ${table} to heliograph_tenant`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table template_syncs, template_changes, templates`);
  }
}
