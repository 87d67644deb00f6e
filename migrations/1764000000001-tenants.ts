import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Portfolios and what they own at Meta, the API keys that speak for them, and the database role behind which
 * row-level security stands: requests of a tenant run as `heliograph_tenant`, which sees only rows of the portfolio
 * named in the setting `heliograph.portfolio_id`; workers run as the owner of the tables.
 */
export class Tenants1764000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Roles belong to the whole cluster: another database of it may have made this one already, even just now.
    await runner.query(`
      do $$ begin
        create role heliograph_tenant nologin;
      exception when duplicate_object or unique_violation then null;
      end $$`);
    // Also for the role's creator: since PostgreSQL 16 making a role does not yet allow to `set role` to it.
    await runner.query(`grant heliograph_tenant to current_user`);
    await runner.query(`
      create table portfolios (
        id          uuid primary key,
        business_id text not null,
        name        text not null,
        created_at  timestamptz not null default now(),
        constraint portfolios_business_id_key unique (business_id)
      )`);
    await runner.query(`
      create table apps (
        id                     uuid primary key,
        portfolio_id           uuid not null references portfolios (id) on delete cascade,
        app_id                 text not null,
        app_secrets            text[] not null,
        verify_token           text not null,
        created_at             timestamptz not null default now(),
        updated_at             timestamptz not null default now(),
        constraint apps_app_id_key unique (app_id),
        constraint apps_have_a_secret check (cardinality(app_secrets) > 0)
      )`);
    await runner.query(`
      create table wabas (
        waba_id      text primary key,
        portfolio_id uuid not null references portfolios (id) on delete cascade,
        app_id       text not null references apps (app_id) on delete cascade,
        access_token text not null,
        name         text,
        created_at   timestamptz not null default now(),
        updated_at   timestamptz not null default now()
      )`);
    await runner.query(`
      create table phone_numbers (
        phone_number_id      text primary key,
        portfolio_id         uuid not null references portfolios (id) on delete cascade,
        waba_id              text not null references wabas (waba_id) on delete cascade,
        display_phone_number text not null,
        verified_name        text,
        quality_rating       text,
        status               text,
        throughput_level     text,
        is_on_biz_app        boolean not null default false,
        messaging_limit_tier text,
        polled_at            timestamptz,
        created_at           timestamptz not null default now(),
        updated_at           timestamptz not null default now()
      )`);
    await runner.query(`create index phone_numbers_waba on phone_numbers (waba_id)`);
    await runner.query(`
      create table api_keys (
        id           uuid primary key,
        portfolio_id uuid not null references portfolios (id) on delete cascade,
        name         text not null,
        key_hash     bytea not null,
        scopes       text[] not null,
        expires_at   timestamptz,
        revoked_at   timestamptz,
        last_used_at timestamptz,
        created_at   timestamptz not null default now(),
        constraint api_keys_key_hash_key unique (key_hash)
      )`);
    for (const table of ['apps', 'wabas', 'phone_numbers', 'api_keys']) await runner.query(tenantPolicy(table));
    await runner.query(`grant select on wabas, phone_numbers to heliograph_tenant`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table api_keys, phone_numbers, wabas, apps, portfolios`);
    // The role stays: it belongs to the cluster, and other databases may use it.
  }
}

function tenantPolicy(table: string): string {
  return `
    alter table ${table} enable row level security;
    create policy ${table}_of_tenant on ${table} to heliograph_tenant
      using (portfolio_id = nullif(current_setting('heliograph.portfolio_id', true), '')::uuid)`;
}
