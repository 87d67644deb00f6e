import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What decides at send time whether a person may be written to: when they last wrote to a number, and who wants no
 * marketing. People are named by the key of `src/core/consent/person-key.ts`.
 */
export class Consent1764000000041 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table conversations (
        phone_number_id   text not null,
        person            text not null,
        portfolio_id      uuid not null,
        last_inbound_at   timestamptz,
        window_refused_at timestamptz,
        primary key (phone_number_id, person)
      ) with (fillfactor = 80)`);
    // The latest wish of each person, kept after it was withdrawn: one that arrives late must not overrule a newer one.
    await runner.query(`
      create table opt_outs (
        portfolio_id    uuid not null,
        person          text not null,
        phone_number_id text not null default '',
        recipient       text not null,
        opted_out       boolean not null,
        source          text not null,
        reason          text,
        wished_at       timestamptz not null,
        primary key (portfolio_id, person, phone_number_id),
        constraint opt_outs_source check (source in ('api', 'keyword', 'user_preferences', 'meta_131050'))
      )`);
    for (const table of ['conversations', 'opt_outs']) {
      await runner.query(`
        alter table ${table} enable row level security;
        create policy ${table}_of_tenant on ${table} to heliograph_tenant
          using (portfolio_id = nullif(current_setting('heliograph.portfolio_id', true), '')::uuid);
        grant select on ${table} to heliograph_tenant`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table opt_outs, conversations`);
  }
}
