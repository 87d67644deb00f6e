import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * When each scheduled job last ran, by the database's clock: one effective run per tick over all replicas; and who leads
 * where only one may.
 */
export class ScheduledJobs1764000000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table scheduled_jobs (
        name        text primary key,
        last_run_at   timestamptz not null,
        running_until timestamptz
      )`);
    await runner.query(`
      create table leader_leases (
        name        text primary key,
        owner       uuid not null,
        lease_until timestamptz not null
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table leader_leases, scheduled_jobs`);
  }
}
