import type { Queryable } from '../platform/db/queryable.js';

/** A row of `portfolios`. */
export interface PortfolioRow {
  readonly id: string;
  readonly business_id: string;
  readonly name: string;
}

/** A row of `apps`; secrets are sealed. */
export interface AppRow {
  readonly app_id: string;
  readonly portfolio_id: string;
  readonly app_secrets: readonly string[];
  readonly verify_token: string;
}

/** A row of `wabas`; the token is sealed. */
export interface WabaRow {
  readonly waba_id: string;
  readonly portfolio_id: string;
  readonly app_id: string;
  readonly access_token: string;
  readonly name: string | null;
}

/** A row of `phone_numbers`. */
export interface PhoneNumberRow {
  readonly phone_number_id: string;
  readonly portfolio_id: string;
  readonly waba_id: string;
  readonly display_phone_number: string;
  readonly verified_name: string | null;
  readonly quality_rating: string | null;
  readonly status: string | null;
  readonly throughput_level: string | null;
  readonly is_on_biz_app: boolean;
  readonly messaging_limit_tier: string | null;
  readonly polled_at: Date | null;
}

/** What a poll of the Graph API says of a number. */
export interface PolledNumber {
  readonly phoneNumberId: string;
  readonly displayPhoneNumber: string;
  readonly verifiedName: string | null;
  readonly qualityRating: string | null;
  readonly status: string | null;
  readonly nameStatus: string | null;
  readonly throughputLevel: string | null;
  readonly isOnBizApp: boolean;
  readonly messagingLimitTier: string | null;
}

/** An API key as the guard needs it. */
export interface ApiKeyRow {
  readonly id: string;
  readonly portfolio_id: string;
  readonly name: string;
  readonly scopes: readonly string[];
}

/**
 * What changes with every change of who is who, so that thousands of numbers need not be read to learn that they are
 * the same: how many rows there are, and the sum of the transactions that wrote them.
 */
export async function readStamp(q: Queryable): Promise<string> {
  const of = (table: string) => `(select count(*) || ' ' || coalesce(sum(xmin::text::bigint), 0) from ${table})`;
  const [row] = await q.rows<{ stamp: string }>(
    `select concat_ws(', ', ${['portfolios', 'apps', 'wabas', 'phone_numbers'].map(of).join(', ')}) as stamp`,
  );
  return (row as { stamp: string }).stamp;
}

/** Adds a portfolio or renames it; gives its id. */
export async function upsertPortfolio(
  q: Queryable,
  p: { id: string; businessId: string; name: string },
): Promise<string> {
  const [row] = await q.rows<{ id: string }>(
    `insert into portfolios (id, business_id, name) values ($1, $2, $3)
     on conflict (business_id) do update set name = excluded.name
     returning id`,
    [p.id, p.businessId, p.name],
  );
  return (row as { id: string }).id;
}

/** All portfolios. There are few of them: tenants, not customers. */
export function listPortfolios(q: Queryable): Promise<PortfolioRow[]> {
  return q.rows<PortfolioRow>(`select id, business_id, name from portfolios order by business_id`);
}

/** All apps. */
export function listApps(q: Queryable): Promise<AppRow[]> {
  return q.rows<AppRow>(`select app_id, portfolio_id, app_secrets, verify_token from apps order by app_id`);
}

/** All WABAs. */
export function listWabas(q: Queryable): Promise<WabaRow[]> {
  return q.rows<WabaRow>(`select waba_id, portfolio_id, app_id, access_token, name from wabas order by waba_id`);
}

/** All business phone numbers. */
export function listPhoneNumbers(q: Queryable): Promise<PhoneNumberRow[]> {
  return q.rows<PhoneNumberRow>(
    `select phone_number_id, portfolio_id, waba_id, display_phone_number, verified_name, quality_rating, status,
            throughput_level, is_on_biz_app, messaging_limit_tier, polled_at
       from phone_numbers
      order by phone_number_id`,
  );
}

/** Adds an app or replaces its secrets; false when the app belongs to another portfolio. */
export async function upsertApp(
  q: Queryable,
  p: { id: string; portfolioId: string; appId: string; appSecrets: readonly string[]; verifyToken: string },
): Promise<boolean> {
  const touched = await q.run(
    `insert into apps (id, portfolio_id, app_id, app_secrets, verify_token) values ($1, $2, $3, $4, $5)
     on conflict (app_id) do update
        set app_secrets = excluded.app_secrets, verify_token = excluded.verify_token, updated_at = now()
      where apps.portfolio_id = excluded.portfolio_id`,
    [p.id, p.portfolioId, p.appId, p.appSecrets, p.verifyToken],
  );
  return touched > 0;
}

/** Adds a WABA or replaces its app and token; false when it belongs to another portfolio. */
export async function upsertWaba(
  q: Queryable,
  p: { wabaId: string; portfolioId: string; appId: string; accessToken: string; name: string | null },
): Promise<boolean> {
  const touched = await q.run(
    `insert into wabas (waba_id, portfolio_id, app_id, access_token, name) values ($1, $2, $3, $4, $5)
     on conflict (waba_id) do update
        set app_id = excluded.app_id, access_token = excluded.access_token, name = excluded.name, updated_at = now()
      where wabas.portfolio_id = excluded.portfolio_id`,
    [p.wabaId, p.portfolioId, p.appId, p.accessToken, p.name],
  );
  return touched > 0;
}

/** Adds a number with its lane, or changes how it is shown; false when it belongs to another portfolio. */
export async function upsertPhoneNumber(
  q: Queryable,
  p: { phoneNumberId: string; portfolioId: string; wabaId: string; displayPhoneNumber: string },
): Promise<boolean> {
  const touched = await q.run(
    `insert into phone_numbers (phone_number_id, portfolio_id, waba_id, display_phone_number) values ($1, $2, $3, $4)
     on conflict (phone_number_id) do update
        set waba_id = excluded.waba_id, display_phone_number = excluded.display_phone_number, updated_at = now()
      where phone_numbers.portfolio_id = excluded.portfolio_id`,
    [p.phoneNumberId, p.portfolioId, p.wabaId, p.displayPhoneNumber],
  );
  if (touched === 0) return false;
  await q.run(
    `insert into lanes (phone_number_id, portfolio_id) values ($1, $2) on conflict (phone_number_id) do nothing`,
    [p.phoneNumberId, p.portfolioId],
  );
  return true;
}

/** A number that was read again: what the poll before had told, and what this one tells. */
export interface PolledTurn {
  readonly phone_number_id: string;
  readonly portfolio_id: string;
  readonly status_before: string | null;
  readonly status: string | null;
  readonly name_status_before: string | null;
  readonly name_status: string | null;
}

/** What the Graph API answered of a WABA's numbers. */
export interface Poll {
  readonly wabaId: string;
  /** When it was asked, by the database's clock: answers overtake each other, and the latest question counts. */
  readonly askedAt: Date;
  readonly numbers: readonly PolledNumber[];
}

/**
 * Writes down what a poll found. Numbers that are not ours are ignored, and those of which a later question was
 * answered before: a slow poll never overwrites what was read after a webhook, on whichever replica.
 */
export function recordPoll(q: Queryable, { wabaId, askedAt, numbers }: Poll): Promise<PolledTurn[]> {
  return q.rows<PolledTurn>(
    // Locked in one order first: two polls of an account may be answered at the same instant.
    `with old as materialized (
       select phone_number_id, status, name_status, polled_at
         from phone_numbers
        where waba_id = $1
        order by phone_number_id
          for no key update
     )
     update phone_numbers p
        set verified_name = n.verified_name, quality_rating = n.quality_rating, status = n.status, name_status = n.name_status,
            throughput_level = coalesce(n.throughput_level, p.throughput_level), is_on_biz_app = n.is_on_biz_app,
            messaging_limit_tier = coalesce(n.messaging_limit_tier, p.messaging_limit_tier),
            polled_at = $10, updated_at = now()
       from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::boolean[], $8::text[], $9::text[])
         as n (phone_number_id, verified_name, quality_rating, status, throughput_level, is_on_biz_app, messaging_limit_tier, name_status)
       join old on old.phone_number_id = n.phone_number_id
      where p.phone_number_id = n.phone_number_id and (old.polled_at is null or old.polled_at <= $10)
     returning p.phone_number_id, p.portfolio_id, old.status as status_before, p.status,
               old.name_status as name_status_before, p.name_status`,
    [
      wabaId,
      numbers.map((n) => n.phoneNumberId),
      numbers.map((n) => n.verifiedName),
      numbers.map((n) => n.qualityRating),
      numbers.map((n) => n.status),
      numbers.map((n) => n.throughputLevel),
      numbers.map((n) => n.isOnBizApp),
      numbers.map((n) => n.messagingLimitTier),
      numbers.map((n) => n.nameStatus),
      askedAt,
    ],
  );
}

/** Adds an API key; a key that is known already keeps its id and takes the new name and scopes. */
export async function upsertApiKey(
  q: Queryable,
  p: { id: string; portfolioId: string; name: string; keyHash: Buffer; scopes: readonly string[] },
): Promise<boolean> {
  const touched = await q.run(
    `insert into api_keys (id, portfolio_id, name, key_hash, scopes) values ($1, $2, $3, $4, $5)
     on conflict (key_hash) do update set name = excluded.name, scopes = excluded.scopes
      where api_keys.portfolio_id = excluded.portfolio_id`,
    [p.id, p.portfolioId, p.name, p.keyHash, p.scopes],
  );
  return touched > 0;
}

/** The live key with this hash, if there is one. */
export async function findApiKey(q: Queryable, keyHash: Buffer): Promise<ApiKeyRow | null> {
  const [row] = await q.rows<ApiKeyRow>(
    `select id, portfolio_id, name, scopes
       from api_keys
      where key_hash = $1 and revoked_at is null and (expires_at is null or expires_at > now())`,
    [keyHash],
  );
  return row ?? null;
}

/** Notes that keys were used, to the minute. */
export async function touchApiKeys(q: Queryable, ids: readonly string[]): Promise<void> {
  await q.run(`update api_keys set last_used_at = now() where id = any($1::uuid[])`, [ids]);
}
