import type pg from 'pg';

/** The names of the applied migrations, oldest first; none when there is no table of them yet. */
export async function listApplied(client: pg.Client): Promise<string[]> {
  const known = await client.query<{ is_there: boolean }>(`select to_regclass('migrations') is not null as is_there`);
  if (known.rows[0]?.is_there !== true) return [];
  return (await client.query<{ name: string }>('select name from migrations order by id')).rows.map((row) => row.name);
}

/** Whether the database holds anybody's data. */
export async function holdsTenants(client: pg.Client): Promise<boolean> {
  const known = await client.query<{ is_there: boolean }>(`select to_regclass('portfolios') is not null as is_there`);
  if (known.rows[0]?.is_there !== true) return false;
  return (await client.query('select 1 from portfolios limit 1')).rows.length > 0;
}

/** Everything of the schema `public` that a migration can make, one line each: what two runs must agree on. */
const CATALOG = `
  with ours as (
    select c.oid, c.relname, c.relkind, c.reloptions, c.relrowsecurity, c.relforcerowsecurity, c.relacl, c.relowner
      from pg_class c
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'S')
  )
  select line from (
    select format('relation %s %s row_security=%s/%s %s', relname, relkind, relrowsecurity, relforcerowsecurity,
                  array_to_string(reloptions, ',')) as line
      from ours
    union all
    select format('column %s.%s %s %s %s %s%s', o.relname, a.attname, a.attnum, format_type(a.atttypid, a.atttypmod),
                  case when a.attnotnull then 'not null' else 'null' end, pg_get_expr(d.adbin, d.adrelid),
                  nullif(a.attidentity, ''))
      from ours o
      join pg_attribute a on a.attrelid = o.oid and a.attnum > 0 and not a.attisdropped
      left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
     where o.relkind <> 'S'
    union all
    select format('constraint %s.%s %s', o.relname, n.conname, pg_get_constraintdef(n.oid))
      from ours o join pg_constraint n on n.conrelid = o.oid
    union all
    select format('index %s.%s %s', o.relname, i.indexrelid::regclass, pg_get_indexdef(i.indexrelid))
      from ours o join pg_index i on i.indrelid = o.oid
    union all
    select format('policy %s.%s %s %s %s %s', tablename, policyname, cmd, roles, qual, with_check)
      from pg_policies where schemaname = 'public'
    union all
    select format('right %s %s %s', o.relname, coalesce(r.rolname, 'public'), x.privilege_type)
      from ours o
     cross join lateral aclexplode(coalesce(o.relacl, acldefault('r', o.relowner))) x
      left join pg_roles r on r.oid = x.grantee
     where o.relkind <> 'S'
    union all
    select format('trigger %s.%s %s', o.relname, t.tgname, pg_get_triggerdef(t.oid))
      from ours o join pg_trigger t on t.tgrelid = o.oid and not t.tgisinternal
    union all
    select format('function %s %s', p.oid::regprocedure, md5(p.prosrc))
      from pg_proc p where p.pronamespace = 'public'::regnamespace
    union all
    select format('type %s %s', t.typname, t.typtype)
      from pg_type t where t.typnamespace = 'public'::regnamespace and t.typtype in ('e', 'd', 'r')
  ) lines
  order by line`;

/** The schema as sorted lines of text. */
export async function describeCatalog(client: pg.Client): Promise<string[]> {
  return (await client.query<{ line: string }>(CATALOG)).rows.map((row) => row.line.trimEnd());
}

/** What only one of two descriptions has. */
export function differences(first: readonly string[], second: readonly string[]): string[] {
  const [a, b] = [new Set(first), new Set(second)];
  return [
    ...first.filter((line) => !b.has(line)).map((line) => `only the first time: ${line}`),
    ...second.filter((line) => !a.has(line)).map((line) => `only the second time: ${line}`),
  ];
}
