import pg from 'pg';

/** Runs statements one after the other on a connection of their own and returns the rows of the last. */
export async function sql(url: string, ...statements: string[]): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    let rows: Record<string, unknown>[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows as Record<string, unknown>[];
    return rows;
  } finally {
    await client.end();
  }
}

/** The same server and database as the superuser. */
export function asSuperuser(url: string): string {
  return url.replace('//heliograph@', '//postgres@');
}
