import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Files: those that callers uploaded, those that people sent, and under which ids Meta has the former. The bytes are
 * not here but in the file store, under the file's id.
 */
export class Media1764000000050 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table media (
        id              uuid primary key,
        portfolio_id    uuid not null references portfolios (id) on delete cascade,
        direction       text not null,
        state           text not null,
        kind            text not null,
        mime_type       text not null,
        size_bytes      bigint,
        sha256          bytea,
        filename        text,
        -- Of what people sent: where it came in, and Meta's id, which is good for a few days.
        phone_number_id text references phone_numbers (phone_number_id) on delete cascade,
        meta_media_id   text,
        expires_at      timestamptz,
        created_at      timestamptz not null default now(),
        constraint media_direction check (direction in ('outbound', 'inbound')),
        constraint media_state check (state in ('stored', 'remote', 'expired')),
        constraint media_stored_is_known check (state <> 'stored' or (size_bytes is not null and sha256 is not null)),
        constraint media_inbound_has_source
          check (direction = 'outbound' or (phone_number_id is not null and meta_media_id is not null))
      )`);
    await runner.query(`
      create unique index media_inbound_once on media (portfolio_id, meta_media_id) where direction = 'inbound'`);
    await runner.query(`create index media_content on media (portfolio_id, sha256)`);
    await runner.query(`create index media_remote on media (created_at) where state = 'remote'`);
    // By content and not by file: the same bytes go to Meta once, however often they were uploaded to us.
    await runner.query(`
      create table media_uploads (
        phone_number_id text not null references phone_numbers (phone_number_id) on delete cascade,
        sha256          bytea not null,
        mime_type       text not null,
        portfolio_id    uuid not null references portfolios (id) on delete cascade,
        meta_media_id   text not null,
        uploaded_at     timestamptz not null default now(),
        expires_at      timestamptz not null,
        primary key (phone_number_id, sha256, mime_type)
      )`);
    for (const table of ['media', 'media_uploads']) {
      await runner.query(`
        alter table ${table} enable row level security;
        create policy ${table}_of_tenant on ${table} to heliograph_tenant
          using (portfolio_id = nullif(current_setting('heliograph.portfolio_id', true), '')::uuid)`);
    }
    await runner.query(`grant select, insert, delete on media to heliograph_tenant`);
    await runner.query(`grant select, delete on media_uploads to heliograph_tenant`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table media_uploads, media`);
  }
}
