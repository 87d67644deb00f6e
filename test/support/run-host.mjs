import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { compileSources } from './compile-sources.mjs';

/**
 * What one run of Jest shares between its workers, kept by Jest's own process: the compiled service and one PostgreSQL.
 * Both are made when a suite first asks for them, so that a run of pure specs costs no more than an open port.
 */
export class RunHost {
  #folder = mkdtempSync(path.join(tmpdir(), 'heliograph-run-'));
  #server = createServer((request, response) => void this.#answer(request, response));
  #compiled;
  #postgres;
  #runId = randomBytes(4).toString('hex');

  /** Listens on the loopback interface and gives the address. */
  async listen() {
    chmodSync(this.#folder, 0o755);
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    // A run that is over must not be kept alive by its own host.
    this.#server.unref();
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  /** Removes all that was made. */
  async close() {
    this.#server.close();
    this.#server.closeAllConnections();
    const postgres = await this.#postgres?.catch(() => undefined);
    try {
      await postgres?.stop();
    } finally {
      rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 });
    }
  }

  async #answer(request, response) {
    // A kept connection that Node closes after its idle seconds, just as a worker sends the next request over it, fails
    // that worker's suite ("other side closed"): one connection for each question leaves nothing to race for.
    response.setHeader('connection', 'close');
    try {
      const body = JSON.stringify(await this.#make(request.url));
      response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    } catch (error) {
      response.writeHead(500).end(error.stack);
    }
  }

  async #make(what) {
    switch (what) {
      case '/compiled':
        return { folder: this.#compile() };
      case '/postgres': {
        this.#postgres ??= this.#startPostgres();
        const { url, runId } = await this.#postgres;
        return { url, runId };
      }
      default:
        throw new Error(`the run host has no ${what}`);
    }
  }

  #compile() {
    if (this.#compiled === undefined) {
      this.#compiled = mkdtempSync(path.join(this.#folder, 'compiled-'));
      chmodSync(this.#compiled, 0o755);
      compileSources(this.#compiled);
    }
    return this.#compiled;
  }

  async #startPostgres() {
    const given = process.env.TEST_DATABASE_URL;
    return given ? useGivenServer(given, this.#runId) : this.#startEmbedded();
  }

  async #startEmbedded() {
    const file = path.join(this.#compile(), 'src/platform/embedded/embedded-postgres.js');
    const { startEmbeddedPostgres } = await import(pathToFileURL(file).href);
    const server = await startEmbeddedPostgres({
      dataDir: path.join(this.#folder, 'postgres'),
      // Nothing here has to survive the machine; the tests that are about durability kill processes, not kernels.
      settings: { fsync: 'off', full_page_writes: 'off', max_connections: '200' },
      env: process.env,
    });
    return { url: server.url, runId: this.#runId, stop: () => server.stop() };
  }
}

/**
 * Makes an owner without special rights on a server whose superuser we were given: as a superuser's tables the tables
 * would be beyond row-level security, which is exactly what must be tested.
 */
async function useGivenServer(superuserUrl, runId) {
  const owner = `heliograph_test_${runId}`;
  const password = randomBytes(16).toString('hex');
  await asSuperuser(superuserUrl, async (client) => {
    await client.query(`create role ${owner} login nosuperuser nobypassrls createdb createrole password '${password}'`);
    await client.query(
      `do $$ begin create role heliograph_tenant nologin; exception when duplicate_object then null; end $$`,
    );
    await client.query(`grant heliograph_tenant to ${owner} with admin option`);
    await client.query(`create database ${owner} owner ${owner}`);
  });
  const url = new URL(superuserUrl);
  url.username = owner;
  url.password = password;
  url.pathname = `/${owner}`;
  return { url: url.href, runId, stop: () => asSuperuser(superuserUrl, (client) => dropAllOf(client, owner)) };
}

async function dropAllOf(client, owner) {
  const { rows } = await client.query('select datname from pg_database where pg_get_userbyid(datdba) = $1', [owner]);
  for (const { datname } of rows) {
    await client.query(`alter database "${datname}" is_template false`);
    await client.query(`drop database "${datname}" with (force)`);
  }
  await client.query(`drop role ${owner}`);
}

async function asSuperuser(url, work) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
