import pg from 'pg';

/** The role that the service connects as. */
export const SERVICE_ROLE = 'heliograph';

/** The superuser that initdb makes. */
const SUPERUSER = 'postgres';

/** Whether a name can stand in SQL and in a URL as it is. */
export function isPlainName(name: string): boolean {
  return /^[a-z_][a-z0-9_]{0,62}$/.test(name);
}

/** The address of a database of the server on `port`, for the service's role. */
export function serviceUrl(port: number, database: string): string {
  return `postgres://${SERVICE_ROLE}@127.0.0.1:${port}/${database}`;
}

/**
 * Makes the service's role and its database where they are missing. The role may log in and make databases and roles (tests
 * need both), but is no superuser and cannot bypass row-level security: the wall between tenants must hold for the service
 * itself, from the first developer's machine on. `database` must be a plain name.
 */
export async function ensureServiceDatabase(port: number, database: string): Promise<void> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: SUPERUSER, database: 'postgres', ssl: false });
  // Without a listener a connection that breaks while idle would end our process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const role = await client.query('select from pg_roles where rolname = $1', [SERVICE_ROLE]);
    if (role.rowCount === 0) {
      await client.query(
        `create role ${SERVICE_ROLE} login nosuperuser nobypassrls noreplication inherit createdb createrole`,
      );
    }
    const found = await client.query('select from pg_database where datname = $1', [database]);
    if (found.rowCount === 0) await client.query(`create database "${database}" owner ${SERVICE_ROLE}`);
  } finally {
    await client.end();
  }
}
