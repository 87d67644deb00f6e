import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { migrate } from '../src/platform/db/migrate.js';
import { startEmbeddedPostgres } from '../src/platform/embedded/embedded-postgres.js';
import { createLogger, type Logger } from '../src/platform/observability/logger.js';
import { describeCatalog, differences, holdsTenants, listApplied } from './catalog.js';

const HELP = `Runs the migrations by hand; the service applies the missing ones by itself when it starts.

  npm run migrate -- up | down | up-down-up [--database-url URL] [--drop-data]

  up               applies every migration that is missing
  down             takes every migration back
  up-down-up       up, down, up again, and compares the two results: what CI runs
  --database-url   the database; without it an embedded PostgreSQL is started in a temporary folder and thrown away
  --drop-data      lets down and up-down-up work on a database that holds portfolios

Exit code 0: done. 1: a migration failed, or down left something behind, or the second up made something else than the
first. 2: wrong arguments.
`;

const WAYS = ['up', 'down', 'up-down-up'] as const;
type Way = (typeof WAYS)[number];

interface Arguments {
  readonly way: Way;
  readonly url: string | undefined;
  readonly dropData: boolean;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Null when help is wanted. Throws an Error for people when the arguments are wrong. */
function readArguments(args: string[]): Arguments | null {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      'database-url': { type: 'string' },
      'drop-data': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) return null;
  const way = WAYS.find((w) => w === positionals[0]);
  if (way === undefined || positionals.length !== 1) throw new Error(`say one of ${WAYS.join(', ')}`);
  return { way, url: values['database-url'], dropData: values['drop-data'] === true };
}

/** Runs `work` on the database named, or on one that lives only as long as it. */
async function withDatabase(url: string | undefined, work: (url: string) => Promise<boolean>): Promise<boolean> {
  if (url !== undefined) return work(url);
  const folder = mkdtempSync(path.join(tmpdir(), 'heliograph-migrate-'));
  // PostgreSQL does not run as root: started by root, it runs under another account, which must be able to get in.
  chmodSync(folder, 0o755);
  try {
    const postgres = await startEmbeddedPostgres({
      dataDir: path.join(folder, 'postgres'),
      settings: { fsync: 'off' },
      env: process.env,
    });
    say(`embedded PostgreSQL ${postgres.version}`);
    try {
      return await work(postgres.url);
    } finally {
      await postgres.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One database on which the migrations are run; tells what each step did. */
class Steps {
  constructor(
    private readonly url: string,
    private readonly client: pg.Client,
    private readonly logger: Logger,
  ) {}

  async up(): Promise<string[]> {
    const before = new Set(await listApplied(this.client));
    await migrate(this.url, this.logger);
    const made = (await listApplied(this.client)).filter((name) => !before.has(name));
    say(made.length === 0 ? 'up: nothing was missing' : `up: ${made.join(', ')}`);
    return describeCatalog(this.client);
  }

  /** False when something is left that no migration took back. */
  async down(): Promise<boolean> {
    const before = await listApplied(this.client);
    await migrate(this.url, this.logger, 'undo-all');
    const left = await listApplied(this.client);
    const undone = before.filter((name) => !left.includes(name)).reverse();
    say(undone.length === 0 ? 'down: nothing to take back' : `down: ${undone.join(', ')}`);
    const leftovers = (await describeCatalog(this.client)).filter(
      (line) => !/^\S+ migrations(_id_seq)?[ .]/.test(line),
    );
    for (const line of leftovers) say(`left behind: ${line}`);
    return leftovers.length === 0 && left.length === 0;
  }

  async upDownUp(): Promise<boolean> {
    const first = await this.up();
    const isClean = await this.down();
    const second = await this.up();
    const found = differences(first, second);
    for (const line of found) say(line);
    if (found.length === 0)
      say(`both times the same ${second.length} columns, constraints, indexes, policies and rights`);
    return isClean && found.length === 0;
  }
}

async function run({ way, url, dropData }: Arguments): Promise<boolean> {
  const logger = createLogger({ logLevel: 'warn' });
  return withDatabase(url, async (databaseUrl) => {
    const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
    await client.connect();
    try {
      if (way !== 'up' && !dropData && (await holdsTenants(client))) {
        say(`${way} would drop the portfolios of this database and all they have; --drop-data allows it`);
        return false;
      }
      const steps = new Steps(databaseUrl, client, logger);
      if (way === 'up-down-up') return await steps.upDownUp();
      if (way === 'down') return await steps.down();
      await steps.up();
      return true;
    } finally {
      await client.end();
    }
  });
}

async function main(): Promise<number> {
  let wanted: Arguments | null;
  try {
    wanted = readArguments(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\nTry --help.\n`);
    return 2;
  }
  if (wanted === null) {
    process.stdout.write(HELP);
    return 0;
  }
  return (await run(wanted)) ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
