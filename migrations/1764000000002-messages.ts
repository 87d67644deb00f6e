import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Messages, their attempts, the ledger of their events with its outbox, the idempotency keys, and the lanes and
 * workers that share them out. docs/architecture.md draws how they hang together.
 */
export class Messages1764000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table workers (
        id          uuid primary key,
        lock_key    integer not null,
        started_at  timestamptz not null default now(),
        lease_until timestamptz not null
      )`);
    await runner.query(`
      create table lanes (
        phone_number_id text primary key references phone_numbers (phone_number_id) on delete cascade,
        portfolio_id    uuid not null references portfolios (id) on delete cascade,
        owner           uuid,
        fence           bigint not null default 0,
        owned_since     timestamptz
      )`);
    await runner.query(`create index lanes_owner on lanes (owner)`);
    await runner.query(`
      create table messages (
        id              uuid primary key,
        portfolio_id    uuid not null,
        phone_number_id text not null,
        recipient       text not null,
        recipient_kind  text not null,
        type            text not null,
        content         jsonb not null,
        context         jsonb,
        priority        smallint not null,
        on_unknown      text not null,
        send_at         timestamptz,
        expires_at      timestamptz,
        callback_data   text,
        metadata        jsonb,
        state           text not null,
        due_at          timestamptz not null,
        attempt_no      integer not null default 0,
        retries         integer not null default 0,
        wamid           text,
        other_wamids    text[] not null default '{}',
        wa_id           text,
        status          text,
        status_rank     smallint not null default 0,
        accepted_at     timestamptz not null default now(),
        armed_at        timestamptz,
        submitted_at    timestamptz,
        held_at         timestamptz,
        sent_at         timestamptz,
        delivered_at    timestamptz,
        read_at         timestamptz,
        played_at       timestamptz,
        failed_at       timestamptz,
        no_status_at    timestamptz,
        inferred        boolean not null default false,
        errors          jsonb not null default '[]',
        pricing         jsonb,
        conversation    jsonb,
        version         integer not null default 1,
        updated_at      timestamptz not null default now(),
        constraint messages_state check (state in ('scheduled', 'queued', 'sending', 'submitted', 'unknown',
                                                   'unconfirmed', 'rejected', 'expired', 'cancelled')),
        constraint messages_recipient_kind check (recipient_kind in ('phone', 'bsuid')),
        constraint messages_on_unknown check (on_unknown in ('hold', 'resend')),
        constraint messages_priority check (priority between 0 and 2),
        constraint messages_submitted_has_wamid check (state <> 'submitted' or wamid is not null),
        constraint messages_sending_was_armed check (state <> 'sending' or (attempt_no > 0 and armed_at is not null))
      ) with (fillfactor = 70)`);
    // One range scan per lane and priority finds the messages that are due, whatever the backlog of the other priorities.
    await runner.query(`
      create index messages_due on messages (phone_number_id, priority, due_at, id)
        where state in ('queued', 'scheduled')`);
    await runner.query(`
      create index messages_expiring on messages (expires_at)
        where state in ('queued', 'scheduled') and expires_at is not null`);
    await runner.query(`create index messages_in_doubt on messages (armed_at) where state = 'unknown'`);
    await runner.query(`create index messages_sending on messages (phone_number_id) where state = 'sending'`);
    // A narrow table instead of an index over statuses: what an index names makes every update of it rewrite all indexes.
    await runner.query(`
      create table messages_awaiting_status (
        message_id   uuid primary key,
        submitted_at timestamptz not null
      )`);
    await runner.query(`create index messages_awaiting_status_submitted on messages_awaiting_status (submitted_at)`);
    await runner.query(`create index messages_wamid on messages (wamid) where wamid is not null`);
    await runner.query(`create index messages_of_portfolio on messages (portfolio_id, id)`);
    await runner.query(`
      create table attempts (
        message_id      uuid not null,
        number          integer not null,
        portfolio_id    uuid not null,
        phone_number_id text not null,
        fence           bigint not null,
        armed_at        timestamptz not null default clock_timestamp(),
        finished_at     timestamptz,
        outcome         text,
        evidence        text,
        wamid           text,
        http_status     integer,
        error           jsonb,
        primary key (message_id, number),
        constraint attempts_outcome check (outcome in ('accepted', 'rejected', 'rejected_retry', 'not_sent', 'unknown')),
        constraint attempts_evidence check (evidence in ('response', 'webhook', 'recovery', 'inferred')),
        constraint attempts_finished check ((outcome is null) = (finished_at is null))
      ) with (fillfactor = 80)`);
    await runner.query(`create index attempts_recent on attempts (phone_number_id, armed_at)`);
    await runner.query(`
      create table message_events (
        seq          bigint generated always as identity primary key,
        id           uuid not null default gen_random_uuid(),
        portfolio_id uuid not null,
        aggregate    text not null default 'message',
        aggregate_id uuid not null,
        version      integer not null,
        type         text not null,
        data         jsonb not null,
        occurred_at  timestamptz not null,
        recorded_at  timestamptz not null default now(),
        tx           xid8 not null default pg_current_xact_id()
      )`);
    await runner.query(`create unique index message_events_version on message_events (aggregate_id, version)`);
    // The cursor of GET /v1/events: (tx, seq) up to the oldest running transaction never skips a row that commits late.
    await runner.query(`create index message_events_cursor on message_events (portfolio_id, tx, seq)`);
    await runner.query(`create table message_outbox (seq bigint primary key)`);
    await runner.query(`
      create table idempotency_keys (
        portfolio_id uuid not null,
        operation    text not null,
        key          text not null,
        fingerprint  bytea not null,
        resource_id  uuid not null,
        created_at   timestamptz not null default now(),
        primary key (portfolio_id, operation, key)
      )`);
    await runner.query(`create index idempotency_keys_created on idempotency_keys (created_at)`);
    for (const table of ['messages', 'attempts', 'message_events', 'idempotency_keys']) {
      await runner.query(`
        alter table ${table} enable row level security;
        create policy ${table}_of_tenant on ${table} to heliograph_tenant
          using (portfolio_id = nullif(current_setting('heliograph.portfolio_id', true), '')::uuid)`);
    }
    await runner.query(`
      grant select, insert on messages, message_events, idempotency_keys to heliograph_tenant;
      grant select on attempts to heliograph_tenant;
      grant insert on message_outbox to heliograph_tenant`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table idempotency_keys, message_outbox, message_events, attempts, messages_awaiting_status, messages,
                 lanes, workers`);
  }
}
