import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What Meta posts to us, as raw bytes (`bytea`: jsonb refuses `\u0000` and lone surrogates, which a WhatsApp user can
 * send), the queue of what is still to be applied, and what came of it that has no message row.
 */
export class Webhooks1764000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table webhook_inbox (
        id          bigint generated always as identity primary key,
        app_id      text not null,
        body        bytea not null,
        received_at timestamptz not null default now()
      )`);
    await runner.query(`create index webhook_inbox_received on webhook_inbox using brin (received_at)`);
    await runner.query(`
      create table webhook_queue (
        id       bigint primary key,
        attempts smallint not null default 0,
        due_at   timestamptz not null default now()
      )`);
    await runner.query(`
      create table webhook_quarantine (
        id           bigint generated always as identity primary key,
        inbox_id     bigint not null,
        portfolio_id uuid,
        reason       text not null,
        detail       text not null,
        item         text,
        created_at   timestamptz not null default now()
      )`);
    await runner.query(`create index webhook_quarantine_created on webhook_quarantine (created_at)`);
    await runner.query(`
      create table orphan_statuses (
        id              bigint generated always as identity primary key,
        portfolio_id    uuid not null,
        phone_number_id text not null,
        wamid           text not null,
        recipient       text,
        status          text not null,
        inbox_id        bigint not null,
        item            text not null,
        received_at     timestamptz not null default now(),
        constraint orphan_statuses_once unique (phone_number_id, wamid, status)
      )`);
    await runner.query(`create index orphan_statuses_received on orphan_statuses (received_at)`);
    await runner.query(`
      create table inbound_messages (
        id              uuid primary key,
        portfolio_id    uuid not null,
        phone_number_id text not null,
        wamid           text not null,
        sender          text,
        sender_user_id  text,
        type            text not null,
        item            text not null,
        sent_at         timestamptz,
        received_at     timestamptz not null default now(),
        constraint inbound_messages_wamid_key unique (phone_number_id, wamid)
      )`);
    await runner.query(`create index inbound_messages_recent on inbound_messages (phone_number_id, received_at)`);
    for (const table of ['orphan_statuses', 'inbound_messages', 'webhook_quarantine']) {
      await runner.query(`
        alter table ${table} enable row level security;
        create policy ${table}_of_tenant on ${table} to heliograph_tenant
          using (portfolio_id = nullif(current_setting('heliograph.portfolio_id', true), '')::uuid)`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table inbound_messages, orphan_statuses, webhook_quarantine, webhook_queue, webhook_inbox`);
  }
}
