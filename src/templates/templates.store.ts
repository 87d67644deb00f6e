import { toJsonb } from '../platform/db/jsonb.js';
import type { Queryable } from '../platform/db/queryable.js';

/** A row of `templates`. */
export interface TemplateRow {
  readonly waba_id: string;
  readonly template_id: string;
  readonly portfolio_id: string;
  readonly name: string;
  readonly language: string;
  readonly status: string | null;
  readonly category: string | null;
  readonly quality_score: string | null;
  readonly parameter_format: string | null;
  readonly components: unknown;
  readonly rejected_reason: string | null;
  readonly synced_at: Date | null;
  readonly updated_at: Date;
}

/** A row of `template_changes`. */
export interface TemplateChangeRow {
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly reason: string | null;
  readonly source: string;
  readonly changed_at: Date;
}

/** What to list. */
export interface TemplateFilter {
  readonly portfolioId: string;
  readonly wabaId: string | null;
  readonly name: string | null;
  readonly language: string | null;
  readonly status: string | null;
  readonly category: string | null;
  /** Name, language and id of the last one of the page before. */
  readonly after: readonly [string, string, string] | null;
  readonly limit: number;
}

const COLUMNS = `waba_id, template_id, portfolio_id, name, language, status, category, quality_score, parameter_format,
       components, rejected_reason, synced_at, updated_at`;

/** Every template that changed after `since`, with the instant to ask from the next time; null reads all. */
export async function listChanged(q: Queryable, since: Date | null): Promise<{ rows: TemplateRow[]; next: Date }> {
  // Asked before the rows are read, and less what a transaction may take to commit: seen twice is seen.
  const [clock] = await q.rows<{ next: Date }>(`select now() - interval '30 seconds' as next`);
  const rows = await q.rows<TemplateRow>(
    `select ${COLUMNS} from templates where updated_at > coalesce($1::timestamptz, '-infinity')`,
    [since],
  );
  return { rows, next: (clock as { next: Date }).next };
}

/** A page of a portfolio's templates, by name and language. */
export function listTemplates(q: Queryable, f: TemplateFilter): Promise<TemplateRow[]> {
  const [name, language, id] = f.after ?? [null, null, null];
  return q.rows<TemplateRow>(
    `select ${COLUMNS}
       from templates
      where portfolio_id = $1
        and ($2::text is null or waba_id = $2) and ($3::text is null or name = $3)
        and ($4::text is null or language = $4) and ($5::text is null or status = $5)
        and ($6::text is null or category = $6)
        and ($7::text is null or (name, language, template_id) > ($7, $8::text, $9::text))
      order by name, language, template_id
      limit $10`,
    [f.portfolioId, f.wabaId, f.name, f.language, f.status, f.category, name, language, id, f.limit],
  );
}

/** One template of a portfolio. */
export async function findTemplate(q: Queryable, portfolioId: string, id: string): Promise<TemplateRow | null> {
  const sql = `select ${COLUMNS} from templates where portfolio_id = $1 and template_id = $2 limit 1`;
  return (await q.rows<TemplateRow>(sql, [portfolioId, id]))[0] ?? null;
}

/** What changed of a template, the oldest first; the last 1,000 changes. */
export async function listChanges(q: Queryable, wabaId: string, templateId: string): Promise<TemplateChangeRow[]> {
  const rows = await q.rows<TemplateChangeRow>(
    `select field, before, after, reason, source, changed_at
       from template_changes where waba_id = $1 and template_id = $2 order by id desc limit 1000`,
    [wabaId, templateId],
  );
  return rows.reverse();
}

/** Reads the database's clock: a poll that asked before a webhook was heard knows less than the webhook. */
export async function readClock(q: Queryable): Promise<Date> {
  const [row] = await q.rows<{ now: Date }>(`select clock_timestamp() as now`);
  return (row as { now: Date }).now;
}

/**
 * Claims the WABAs that are due to be asked, among those given: each at most once over all replicas, and next after
 * `everyMs`. One that was never asked is due.
 */
export async function claimSyncs(
  q: Queryable,
  wabas: readonly { readonly wabaId: string; readonly portfolioId: string }[],
  everyMs: number,
): Promise<string[]> {
  const rows = await q.rows<{ waba_id: string }>(
    `insert into template_syncs as s (waba_id, portfolio_id, due_at)
     select waba_id, portfolio_id, now() + $3 * interval '1 millisecond'
       from unnest($1::text[], $2::uuid[]) as n (waba_id, portfolio_id)
         on conflict (waba_id) do update set due_at = excluded.due_at where s.due_at <= now()
     returning waba_id`,
    [wabas.map((w) => w.wabaId), wabas.map((w) => w.portfolioId), everyMs],
  );
  return rows.map((row) => row.waba_id);
}

/** Has a WABA asked again after `inMs`, or earlier when that was agreed before. */
export async function hastenSync(q: Queryable, wabaId: string, inMs: number): Promise<void> {
  await q.run(
    `update template_syncs set due_at = least(due_at, now() + $2 * interval '1 millisecond') where waba_id = $1`,
    [wabaId, inMs],
  );
}

/** News of a template, from a poll or a webhook; what is null is not known. */
export interface TemplateFacts {
  readonly templateId: string;
  readonly name: string;
  readonly language: string;
  readonly status: string | null;
  readonly category: string | null;
  readonly qualityScore: string | null;
  readonly reason: string | null;
  readonly parameterFormat?: string | null;
  readonly components?: unknown;
}

interface Writing {
  readonly wabaId: string;
  readonly portfolioId: string;
  readonly source: 'poll' | 'webhook';
  /** When a poll began to ask. */
  readonly askedAt: Date | null;
}

/** A template whose status was changed by what was written. */
export interface StatusTurn {
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** What writing came to. */
export interface TemplatesWritten {
  /** The ids of templates that were not known before. */
  readonly added: ReadonlySet<string>;
  readonly turns: readonly StatusTurn[];
}

/**
 * Writes what was learned of a WABA's templates, with a row in `template_changes` for every change of state, category
 * and quality. A poll does not overwrite what a webhook told after it had asked, nor a poll that asked later; content is
 * told by polls alone, so no webhook keeps it from being taken.
 */
export async function writeTemplates(
  q: Queryable,
  writing: Writing,
  facts: readonly TemplateFacts[],
): Promise<TemplatesWritten> {
  const distinct = [...new Map(facts.map((fact) => [fact.templateId, fact])).values()];
  if (distinct.length === 0) return { added: new Set(), turns: [] };
  const rows = await q.rows<StatusTurn & { template_id: string; is_new: boolean }>(WRITE, [
    writing.wabaId,
    writing.portfolioId,
    writing.source,
    writing.askedAt,
    toJsonb(distinct),
  ]);
  return {
    added: new Set(rows.filter((row) => row.is_new).map((row) => row.template_id)),
    turns: rows.filter(({ before, after }) => before !== after),
  };
}

// Locked in the order of their ids, so that a poll and a webhook wait for each other instead of deadlocking. `known` is
// what was there before this statement: its parts all see the same snapshot, except for `for update`, which sees the latest.
const WRITE = `with told as (
       select * from jsonb_to_recordset($5::jsonb) as t (
         "templateId" text, name text, language text, status text, category text, "qualityScore" text, reason text,
         "parameterFormat" text, components jsonb)
     ), known as (
       select t.* from templates t where waba_id = $1 and template_id in (select "templateId" from told)
        order by template_id for update
     ), news as (
       select told.*, known.template_id is null as is_new,
              $3 = 'webhook' or ((known.heard_at is null or known.heard_at < $4::timestamptz)
                                 and (known.listed_at is null or known.listed_at <= $4)) as is_newer,
              $3 = 'poll' and (known.listed_at is null or known.listed_at <= $4) as has_content,
              known.status as old_status, known.category as old_category, known.quality_score as old_quality
         from told left join known on known.template_id = told."templateId"
     ), written as (
       insert into templates as t (waba_id, template_id, portfolio_id, name, language, status, category, quality_score,
              rejected_reason, parameter_format, components, heard_at, synced_at, listed_at)
       select $1, "templateId", $2, name, language, case when is_newer then status end,
              case when is_newer then category end, case when is_newer then "qualityScore" end, reason,
              case when has_content then "parameterFormat" end, case when has_content then components end,
              case when $3 = 'webhook' then now() end, case when $3 = 'poll' then now() end,
              case when has_content then $4 end
         from news where is_newer or has_content order by "templateId"
           on conflict (waba_id, template_id) do update
          set name = excluded.name, language = excluded.language,
              status = coalesce(excluded.status, t.status), category = coalesce(excluded.category, t.category),
              quality_score = coalesce(excluded.quality_score, t.quality_score),
              rejected_reason = case when excluded.status is null then t.rejected_reason else excluded.rejected_reason end,
              parameter_format = coalesce(excluded.parameter_format, t.parameter_format),
              components = coalesce(excluded.components, t.components),
              heard_at = coalesce(excluded.heard_at, t.heard_at), synced_at = coalesce(excluded.synced_at, t.synced_at),
              listed_at = coalesce(excluded.listed_at, t.listed_at),
              updated_at = case when (coalesce(excluded.status, t.status), coalesce(excluded.category, t.category),
                coalesce(excluded.quality_score, t.quality_score), coalesce(excluded.components, t.components),
                coalesce(excluded.parameter_format, t.parameter_format), excluded.name, excluded.language)
                is distinct from (t.status, t.category, t.quality_score, t.components, t.parameter_format, t.name,
                t.language) then now() else t.updated_at end
       returning template_id, status, category, quality_score
     ), noted as (
       insert into template_changes (waba_id, template_id, portfolio_id, field, before, after, reason, source)
       select $1, w.template_id, $2, c.field, c.before, c.after, case when c.field = 'status' then n.reason end, $3
         from written w
         join news n on n."templateId" = w.template_id
        cross join lateral (values ('status', n.old_status, w.status), ('category', n.old_category, w.category),
              ('quality_score', n.old_quality, w.quality_score)) as c (field, before, after)
        where c.before is distinct from c.after
     )
     select n."templateId" as template_id, n.is_new, n.name, n.old_status as before,
            case when w.template_id is null then n.old_status else w.status end as after
       from news n left join written w on w.template_id = n."templateId"`;

/**
 * Marks templates as deleted that a whole list of the WABA's no longer has. Those that only webhooks told of stay: a list
 * may lag behind them. So do those that a list has which was asked for later: they were made meanwhile.
 */
export async function markGone(q: Queryable, writing: Writing, listed: readonly string[]): Promise<number> {
  const rows = await q.rows(
    `with gone as (
       select template_id, status from templates
        where waba_id = $1 and synced_at is not null and (heard_at is null or heard_at < $3)
          and (listed_at is null or listed_at <= $3)
          and status is distinct from 'DELETED' and template_id <> all($4::text[])
        order by template_id for update
     ), noted as (
       insert into template_changes (waba_id, template_id, portfolio_id, field, before, after, source)
       select $1, template_id, $2, 'status', status, 'DELETED', 'poll' from gone
     )
     update templates t set status = 'DELETED', updated_at = now()
       from gone where t.waba_id = $1 and t.template_id = gone.template_id
     returning t.template_id`,
    [writing.wabaId, writing.portfolioId, writing.askedAt, listed],
  );
  return rows.length;
}
