-- The schema as the migrations leave it, for people to read and for reviews to show what a migration changes.
-- It is a description, not a script. Written by: UPDATE_SCHEMA=1 npm test -- test/db/schema

table api_keys: row level security
  column id: uuid not null
  column portfolio_id: uuid not null
  column name: text not null
  column key_hash: bytea not null
  column scopes: text[] not null
  column expires_at: timestamp with time zone
  column revoked_at: timestamp with time zone
  column last_used_at: timestamp with time zone
  column created_at: timestamp with time zone not null default now()
  constraint api_keys_key_hash_key: UNIQUE (key_hash)
  constraint api_keys_pkey: PRIMARY KEY (id)
  constraint api_keys_portfolio_id_fkey: FOREIGN KEY (portfolio_id) REFERENCES portfolios(id) ON DELETE CASCADE
  policy api_keys_of_tenant: ALL to heliograph_tenant using (portfolio_id = (NULLIF(current_setting('heliograph.portfolio_id'::text, true), ''::text))::uuid) check -

table apps: row level security
  column id: uuid not null
  column portfolio_id: uuid not null
  column app_id: text not null
  column app_secrets: text[] not null
  column verify_token: text not null
  column created_at: timestamp with time zone not null default now()
  column updated_at: timestamp with time zone not null default now()
  constraint apps_app_id_key: UNIQUE (app_id)
  constraint apps_have_a_secret: CHECK ((cardinality(app_secrets) > 0))
  constraint apps_pkey: PRIMARY KEY (id)
  constraint apps_portfolio_id_fkey: FOREIGN KEY (portfolio_id) REFERENCES portfolios(id) ON DELETE CASCADE
  policy apps_of_tenant: ALL to heliograph_tenant using (portfolio_id = (NULLIF(current_setting('heliograph.portfolio_id'::text, true), ''::text))::uuid) check -

table attempts: row level security with (fillfactor=80)
  column message_id: uuid not null
  column number: integer not null
  column portfolio_id: uuid not null
  column phone_number_id: text not null
  column fence: bigint not null
  column armed_at: timestamp with time zone not null default clock_timestamp()
  column finished_at: timestamp with time zone
  column outcome: text
  column evidence: text
  column wamid: text
  column http_status: integer
  column error: jsonb
  column recipient: text
  constraint attempts_evidence: CHECK ((evidence = ANY (ARRAY['response'::text, 'webhook'::text, 'recovery'::text, 'inferred'::text])))
  constraint attempts_finished: CHECK (((outcome IS NULL) = (finished_at IS NULL)))
  constraint attempts_outcome: CHECK ((outcome = ANY (ARRAY['accepted'::text, 'rejected'::text, 'rejected_retry'::text, 'not_sent'::text, 'unknown'::text])))
  constraint attempts_pkey: PRIMARY KEY (message_id, number)
  index attempts_recent: CREATE INDEX attempts_recent ON public.attempts USING btree (phone_number_id, armed_at)
  policy attempts_of_tenant: ALL to heliograph_tenant using (portfolio_id = (NULLIF(current_setting('heliograph.portfolio_id'::text, true), ''::text))::uuid) check -
  grant heliograph_tenant: select

table conversations: row level security with (fillfactor=80)
  column phone_number_id: text not null
  column person: text not null
  column portfolio_id: uuid not null
  column last_inbound_at: timestamp with time zone
  column window_refused_at: timestamp with time zone
  constraint conversations_pkey: PRIMARY KEY (phone_number_id, person)
  policy conversations_of_tenant: ALL to heliograph_tenant using (portfolio_id = (NULLIF(current_setting('heliograph.portfolio_id'::text, true), ''::text))::uuid) check -
  grant heliograph_tenant: select

table erasures: row level security
  column id: uuid not null
  column portfolio_id: uuid not null
  column asked_by: uuid not null
  column erased_at: timestamp with time zone not null default now()
  column erased: jsonb not null
  constraint erasures_pkey: PRIMARY KEY (id)
  constraint erasures_portfolio_id_fkey: FOREIGN KEY (portfolio_id) REFERENCES portfolios(id) ON DELETE CASCADE
  policy erasures_of_tenant: ALL to heliograph_tenant using (portfolio_id = (NULLIF(current_setting('heliograph.portfolio_id'::text, true), ''::text))::uuid) check -

table failed_media: row level security
  column phone_number_id: text not null
  column portfolio_id: uuid not null
  column failures: integer not null
  column latest_at: timestamp with time zone not null default clock_timestamp()
  constraint failed_media_phone_number_id_fkey: FOREIGN KEY (phone_number_id) REFERENCES phone_numbers(phone_number_id) ON DELETE CASCADE
  constraint failed_media_pkey: PRIMARY KEY (phone_number_id)
  constraint failed_media_portfolio_id_fkey: FOREIGN KEY (portfolio_id) REFERENCES portfolios(id) ON DELETE CASCADE
  policy failed_media_of_tenant: ALL to heliograph_tenant using (portfolio_id = (NULLIF(current_setting('heliograph.portfolio_id'::text, true), ''::text))::uuid) check -
  grant heliograph_tenant: select

table idempotency_keys: row level security
  column portfolio_id: uuid not null
  column operation: text not null
  column key: text not null
  column fingerprint: bytea not null
  column resource_id: uuid not null
  column created_at: timestamp with time zone not null default now()
  column answer: jsonb
  column running_until: timestamp with time zone
  constraint idempotency_answered_or_running: CHECK (((answer IS NULL) OR (running_until IS NULL)))
  constraint idempotency_keys_pkey: PRIMARY KEY (portfolio_id, operation, key)
  index idempotency_keys_created: CREATE INDEX idempotency_keys_created ON public.idempotency_keys USING btree (created_at)
  policy idempotency_keys_of_tenant: ALL to heliograph_tenant using (portfolio_id = (NULLIF(current_setting('heliograph.portfolio_id'::text, true), ''::text))::uuid) check -
  grant heliograph_tenant: insert, select
  grant heliograph_tenant on answer: update
  grant heliograph_tenant on running_until: update

table inbound_messages: row level security
  column id: uuid not null
  column portfolio_id: uuid not null
  column phone_number_id: text not null
  column wamid: text not null
  column sender: text
  column sender_user_id: text
  column type: text not null
  column item: text not null
  column sent_at: timestamp with time zone
  column received_at: timestamp with time zone not null default now()
  column read_at: timestamp with time zone
  constraint inbound_messages_pkey: PRIMARY KEY (id)
  constraint inbound_messages_wamid_key: UNIQUE (phone_number_id, wamid)
  index inbound_messages_received: CREATE INDEX inbound_messages_received ON public.inbound_messages USING brin (received_at)
  index inbound_messages_recent: CREATE INDEX inbound_messages_recent ON public.inbound_messages USING btree (phone_number_id, received_at)
  policy inbound_messages_of_tenant: ALL to heliograph_tenant using (portfolio_id = (NULLIF(current_setting('heliograph.portfolio_id'::text, true), ''::text))::uuid) check -

table lane_limits: row level security with (fillfactor=50)
  column phone_number_id: text not null
  column portfolio_id: uuid not null
  column used: integer not null
  column current_mps: integer not null
  column reserve_mps: integer not null
  column paused_until: timestamp with time zone
  column pause_reason: text
  column media_paused_until: timestamp with time zone
  column told_at: timestamp with time zone not null default now()
  column media_failures: integer not null default 0
  column pause_of_worker: boolean not null default false
  column share_of_level: double precision not null default 1
  constraint lane_limits_media_failures: CHECK ((media_failures >= 0))
  constraint lane_limits_phone_number_id_fkey: FOREIGN KEY (phone_number_id) REFERENCES phone_numbers(phone_number_id) ON DELETE CASCADE
  constraint lane_limits_pkey: PRIMARY KEY (phone_number_id)
  constraint lane_limits_portfolio_id_fkey: FOREIGN KEY (portfolio_id) REFERENCES portfolios(id) ON DELETE CASCADE
  constraint lane_limits_share_of_level: CHECK (((share_of_level > (0)::double precision) AND (share_of_level <= (1)::double precision)))
  policy lane_limits_of_tenant: ALL to heliograph_tenant using (portfolio_id = (NULLIF(current_setting('heliograph.portfolio_id'::text, true), ''::text))::uuid) check -
  grant heliograph_tenant: select

table lanes: open to its owner only
  column phone_number_id: text not null
  column portfolio_id: uuid not null
  column owner: uuid
  column fence: bigint not null default 0
  column owned_since: timestamp with time zone
  constraint lanes_phone_number_id_fkey: FOREIGN KEY (phone_number_id) REFERENCES phone_numbers(phone_number_id) ON DELETE CASCADE
  constraint lanes_pkey: PRIMARY KEY (phone_number_id)
  constraint lanes_portfolio_id_fkey: FOREIGN KEY (portfolio_id) REFERENCES portfolios(id) ON DELETE CASCADE
  index lanes_owner: CREATE INDEX lanes_owner ON public.lanes USING btree (owner)

table late_refusals: row level security
  column phone_number_id: text not null
  column code: integer not null
  column portfolio_id: uuid not null
  column sent_at: timestamp with time zone not null
  constraint late_refusals_phone_number_id_fkey: FOREIGN KEY (phone_number_id) REFERENCES phone_numbers(phone_number_id) ON DELETE CASCADE
  constraint late_refusals_pkey: PRIMARY KEY (phone_number_id, code)
  constraint late_refusals_portfolio_id_fkey: FOREIGN KEY (portfolio_id) REFERENCES portfolios(id) ON DELETE CASCADE
  policy late_refusals_of_tenant: ALL to heliograph_tenant using (portfolio_id = (NULLIF(current_setting('heliograph.portfolio_id'::text, true), ''::text))::uuid) check -
  grant heliograph_tenant: select

table leader_leases: open to its owner only
  column name: text not null
  column owner: uuid not null
  column lease_until: timestamp with time zone not null
  constraint leader_leases_pkey: PRIMARY KEY (name)

table limit_escalations: row level security
  column id: uuid not null default gen_random_uuid()
  column portfolio_id: uuid not null
  column phone_number_id: text not null
  column level: text not null
  column code: integer not null
  column reason: text not null
  column began_at: timestamp with time zone not null default clock_timestamp()
  column until: timestamp with time zone not null
  constraint limit_escalations_level: CHECK ((level = ANY (ARRAY['light'::text, 'medium'::text, 'severe'::text])))
  constraint limit_escalations_pkey: PRIMARY KEY (id)
  constraint limit_escalations_portfolio_id_fkey: FOREIGN KEY (portfolio_id) REFERENCES portfolios(id) ON DELETE CASCADE
  index limit_escalations_of: CREATE INDEX limit_escalations_of ON public.limit_escalations USING btree (portfolio_id, began_at)
  policy limit_escalations_of_tenant: ALL to heliograph_tenant using (portfolio_id = (NULLIF(current_setting('heliograph.portfolio_id'::text, true), ''::text))::uuid) check -
  grant heliograph_tenant: select

table limit_stops: row level security
  column id: uuid not null default gen_random_uuid()
  column portfolio_id: uuid not null
  column scope: text not null
  column scope_id: text not null
  column stops: text not null
  column code: integer not null
  column reason: text not null
  column since: timestamp with time zone not null default now()
  column until: timestamp with time zone
  column released_at: timestamp with time zone
  column released_by: text
  column version: integer not null default 0
  constraint limit_stops_pkey: PRIMARY KEY (id)
  constraint limit_stops_portfolio_id_fkey: FOREIGN KEY (portfolio_id) REFERENCES portfolios(id) ON DELETE CASCADE
  constraint limit_stops_released: CHECK (((released_at IS NULL) = (released_by IS NULL)))
  constraint limit_stops_scope: CHECK ((scope = ANY (ARRAY['number'::text, 'waba'::text, 'portfolio'::text, 'template'::text])))
  constraint limit_stops_stops: CHECK ((stops = ANY (ARRAY['all'::text, 'templates'::text])))
  constraint limit_stops_version: CHECK ((version >= 0))
  index limit_stops_in_force: CREATE UNIQUE INDEX limit_stops_in_force ON public.limit_stops USING btree (scope, scope_id, code) WHERE (released_at IS NULL)
  index limit_stops_of_portfolio: CREATE INDEX limit_stops_of_portfolio ON public.limit_stops USING btree (portfolio_id, since)
  policy limit_stops_of_tenant: ALL to heliograph_tenant using (portfolio_id = (NULLIF(current_setting('heliograph.portfolio_id'::text, true), ''::text))::uuid) check -
  grant heliograph_tenant: select
  grant heliograph_tenant on released_at: update
  grant heliograph_tenant on released_by: update

table marketing_counts: row level security
  column portfolio_id: uuid not null
  column counted_to: timestamp with time zone not null
  constraint marketing_counts_pkey: PRIMARY KEY (portfolio_id)
  constraint marketing_counts_portfolio_id_fkey: FOREIGN KEY (portfolio_id) REFERENCES portfolios(id) ON DELETE CASCADE
  policy marketing_counts_of_tenant: ALL to heliograph_tenant using (portfolio_id = (NULLIF(current_setting('heliograph.portfolio_id'::text, true), ''::text))::uuid) check -
  grant heliograph_tenant: select

table marketing_reach: row level security with (fillfactor=80)
  column portfolio_id: uuid not null
  column person: text not null
  column sends: jsonb not null default '[]'::jsonb
  column latest_at: timestamp with time zone not null default clock_timestamp()
  constraint marketing_reach_pkey: PRIMARY KEY (portfolio_id, person)
  constraint marketing_reach_portfolio_id_fkey: FOREIGN KEY (portfolio_id) REFERENCES portfolios(id) ON DELETE CASCADE
  policy marketing_reach_of_tenant: ALL to heliograph_tenant using (portfolio_id = (NULLIF(current_setting('heliograph.portfolio_id'::text, true), ''::text))::uuid) check -
  grant heliograph_tenant: select

table marketing_refusals: row level security
  column portfolio_id: uuid not null
  column person: text not null
  column refusals: integer not null
  column refused_at: timestamp with time zone not null
  column held_until: timestamp with time zone not null
  constraint marketing_refusals_pkey: PRIMARY KEY (portfolio_id, person)
  constraint marketing_refusals_portfolio_id_fkey: FOREIGN KEY (portfolio_id) REFERENCES portfolios(id) ON DELETE CASCADE
  policy marketing_refusals_of_tenant: ALL to heliograph_tenant using (portfolio_id = (NULLIF(current_setting('heliograph.portfolio_id'::text, true), ''::text))::uuid) check -
  grant heliograph_tenant: select

table media: row level security
  column id: uuid not null
  column portfolio_id: uuid not null
  column direction: text not null
  column state: text not null
  column kind: text not null
  column mime_type: text not null
  column size_bytes: bigint
  column sha256: bytea
  column filename: text
  column phone_number_id: text
  column meta_media_id: text
  column expires_at: timestamp with time zone
  column created_at: timestamp with time zone not null default now()
  column fetch_due_at: timestamp with time zone not null default now()
  column fetch_failures: integer not null default 0
  constraint media_direction: CHECK ((direction = ANY (ARRAY['outbound'::text, 'inbound'::text])))
  constraint media_inbound_has_source: CHECK (((direction = 'outbound'::text) OR ((phone_number_id IS NOT NULL) AND (meta_media_id IS NOT NULL))))
  constraint media_phone_number_id_fkey: FOREIGN KEY (phone_number_id) REFERENCES phone_numbers(phone_number_id) ON DELETE CASCADE
  constraint media_pkey: PRIMARY KEY (id)
  constraint media_portfolio_id_fkey: FOREIGN KEY (portfolio_id) REFERENCES portfolios(id) ON DELETE CASCADE
  constraint media_state: CHECK ((state = ANY (ARRAY['stored'::text, 'remote'::text, 'expired'::text])))
  constraint media_stored_is_known: CHECK (((state <> 'stored'::text) OR ((size_bytes IS NOT NULL) AND (sha256 IS NOT NULL))))
  index media_content: CREATE INDEX media_content ON public.media USING btree (portfolio_id, sha256)
  index media_inbound_created: CREATE INDEX media_inbound_created ON public.media USING btree (created_at) WHERE (direction = 'inbound'::text)
  index media_inbound_once: CREATE UNIQUE INDEX media_inbound_once ON public.media USING btree (portfolio_id, meta_media_id) WHERE (direction = 'inbound'::text)
  index media_remote: CREATE INDEX media_remote ON public.media USING btree (created_at) WHERE (state = 'remote'::text)
  index media_to_fetch: CREATE INDEX media_to_fetch ON public.media USING btree (fetch_due_at) WHERE (state = 'remote'::text)
  policy media_of_tenant: ALL to heliograph_tenant using (portfolio_id = (NULLIF(current_setting('heliograph.portfolio_id'::text, true), ''::text))::uuid) check -
  grant heliograph_tenant: delete, insert, select

table media_uploads: row level security
  column phone_number_id: text not null
  column sha256: bytea not null
  column mime_type: text not null
  column portfolio_id: uuid not null
  column meta_media_id: text not null
  column uploaded_at: timestamp with time zone not null default now()
  column expires_at: timestamp with time zone not null
  constraint media_uploads_phone_number_id_fkey: FOREIGN KEY (phone_number_id) REFERENCES phone_numbers(phone_number_id) ON DELETE CASCADE
  constraint media_uploads_pkey: PRIMARY KEY (phone_number_id, sha256, mime_type)
  constraint media_uploads_portfolio_id_fkey: FOREIGN KEY (portfolio_id) REFERENCES portfolios(id) ON DELETE CASCADE
  policy media_uploads_of_tenant: ALL to heliograph_tenant using (portfolio_id = (NULLIF(current_setting('heliograph.portfolio_id'::text, true), ''::text))::uuid) check -
  grant heliograph_tenant: delete, select

table message_events: row level security
  column seq: bigint not null generated always as identity
  column id: uuid not null default gen_random_uuid()
  column portfolio_id: uuid not null
  column aggregate: text not null default 'message'::text
  column aggregate_id: uuid not null
  column version: integer not null
  column type: text not null
  column data: jsonb not null
  column occurred_at: timestamp with time zone not null
  column recorded_at: timestamp with time zone not null default now()
  column tx: xid8 not null default pg_current_xact_id()
  constraint message_events_pkey: PRIMARY KEY (seq)
  index message_events_cursor: CREATE INDEX message_events_cursor ON public.message_events USING btree (portfolio_id, tx, seq)
  index message_events_version: CREATE UNIQUE INDEX message_events_version ON public.message_events USING btree (aggregate_id, version)
  policy message_events_of_tenant: ALL to heliograph_tenant using (portfolio_id = (NULLIF(current_setting('heliograph.portfolio_id'::text, true), ''::text))::uuid) check -
  grant heliograph_tenant: insert, select

table message_outbox: open to its owner only
  column seq: bigint not null
  constraint message_outbox_pkey: PRIMARY KEY (seq)
  grant heliograph_tenant: insert

table messages: row level security with (fillfactor=70)
  column id: uuid not null
  column portfolio_id: uuid not null
  column phone_number_id: text not null
  column recipient: text not null
  column recipient_kind: text not null
  column type: text not null
  column content: jsonb not null
  column context: jsonb
  column priority: smallint not null
  column on_unknown: text not null
  column send_at: timestamp with time zone
  column expires_at: timestamp with time zone
  column callback_data: text
  column metadata: jsonb
  column state: text not null
  column due_at: timestamp with time zone not null
  column attempt_no: integer not null default 0
  column retries: integer not null default 0
  column wamid: text
  column other_wamids: text[] not null default '{}'::text[]
  column wa_id: text
  column status: text
  column status_rank: smallint not null default 0
  column accepted_at: timestamp with time zone not null default now()
  column armed_at: timestamp with time zone
  column submitted_at: timestamp with time zone
  column held_at: timestamp with time zone
  column sent_at: timestamp with time zone
  column delivered_at: timestamp with time zone
  column read_at: timestamp with time zone
  column played_at: timestamp with time zone
  column failed_at: timestamp with time zone
  column no_status_at: timestamp with time zone
  column inferred: boolean not null default false
  column errors: jsonb not null default '[]'::jsonb
  column pricing: jsonb
  column conversation: jsonb
  column version: integer not null default 1
  column updated_at: timestamp with time zone not null default now()
  column envelope: jsonb
  column pool_id: uuid
  column content_erased_at: timestamp with time zone
  column fairness_key: text not null default ''::text
  constraint messages_on_unknown: CHECK ((on_unknown = ANY (ARRAY['hold'::text, 'resend'::text])))
  constraint messages_pkey: PRIMARY KEY (id)
  constraint messages_priority: CHECK (((priority >= 0) AND (priority <= 2)))
  constraint messages_recipient_kind: CHECK ((recipient_kind = ANY (ARRAY['phone'::text, 'bsuid'::text, 'group'::text])))
  constraint messages_sending_was_armed: CHECK (((state <> 'sending'::text) OR ((attempt_no > 0) AND (armed_at IS NOT NULL))))
  constraint messages_state: CHECK ((state = ANY (ARRAY['scheduled'::text, 'queued'::text, 'sending'::text, 'submitted'::text, 'unknown'::text, 'unconfirmed'::text, 'rejected'::text, 'expired'::text, 'cancelled'::text])))
  constraint messages_submitted_has_wamid: CHECK (((state <> 'submitted'::text) OR (wamid IS NOT NULL)))
  index messages_due: CREATE INDEX messages_due ON public.messages USING btree (phone_number_id, priority, fairness_key, due_at, id) WHERE (state = ANY (ARRAY['queued'::text, 'scheduled'::text]))
  index messages_expiring: CREATE INDEX messages_expiring ON public.messages USING btree (expires_at) WHERE ((state = ANY (ARRAY['queued'::text, 'scheduled'::text])) AND (expires_at IS NOT NULL))
  index messages_in_doubt: CREATE INDEX messages_in_doubt ON public.messages USING btree (armed_at) WHERE (state = 'unknown'::text)
  index messages_of_pool: CREATE INDEX messages_of_pool ON public.messages USING btree (pool_id, phone_number_id, recipient, id) WHERE ((pool_id IS NOT NULL) AND (state = ANY (ARRAY['queued'::text, 'scheduled'::text, 'sending'::text, 'unknown'::text])))
  index messages_of_portfolio: CREATE INDEX messages_of_portfolio ON public.messages USING btree (portfolio_id, id)
  index messages_refused: CREATE INDEX messages_refused ON public.messages USING btree (phone_number_id) WHERE ((state = 'queued'::text) AND (retries > 0))
  index messages_sending: CREATE INDEX messages_sending ON public.messages USING btree (phone_number_id) WHERE (state = 'sending'::text)
  index messages_wamid: CREATE INDEX messages_wamid ON public.messages USING btree (wamid) WHERE (wamid IS NOT NULL)
  index messages_with_content: CREATE INDEX messages_with_content ON public.messages USING btree (accepted_at) WHERE (content_erased_at IS NULL)
  policy messages_of_tenant: ALL to heliograph_tenant using (portfolio_id = (NULLIF(current_setting('heliograph.portfolio_id'::text, true), ''::text))::uuid) check -
  grant heliograph_tenant: insert, select

table messages_awaiting_status: open to its owner only
  column message_id: uuid not null
  column submitted_at: timestamp with time zone not null
  constraint messages_awaiting_status_pkey: PRIMARY KEY (message_id)
  index messages_awaiting_status_submitted: CREATE INDEX messages_awaiting_status_submitted ON public.messages_awaiting_status USING btree (submitted_at)

table messaging_limits: row level security
  column portfolio_id: uuid not null
  column tier: text not null
  column as_of: timestamp with time zone not null
  column counted_since: timestamp with time zone
  constraint messaging_limits_pkey: PRIMARY KEY (portfolio_id)
  constraint messaging_limits_portfolio_id_fkey: FOREIGN KEY (portfolio_id) REFERENCES portfolios(id) ON DELETE CASCADE
  policy messaging_limits_of_tenant: ALL to heliograph_tenant using (portfolio_id = (NULLIF(current_setting('heliograph.portfolio_id'::text, true), ''::text))::uuid) check -
  grant heliograph_tenant: select

table messaging_places: row level security with (fillfactor=70)
  column portfolio_id: uuid not null
  column place: integer not null
  column person: text
  column held_until: timestamp with time zone not null default '-infinity'::timestamp with time zone
  constraint messaging_places_pkey: PRIMARY KEY (portfolio_id, place)
  constraint messaging_places_portfolio_id_fkey: FOREIGN KEY (portfolio_id) REFERENCES portfolios(id) ON DELETE CASCADE
  index messaging_places_by_time: CREATE INDEX messaging_places_by_time ON public.messaging_places USING btree (portfolio_id, held_until)
  index messaging_places_of_person: CREATE INDEX messaging_places_of_person ON public.messaging_places USING btree (portfolio_id, person)
  policy messaging_places_of_tenant: ALL to heliograph_tenant using (portfolio_id = (NULLIF(current_setting('heliograph.portfolio_id'::text, true), ''::text))::uuid) check -
  grant heliograph_tenant: select

table opt_outs: row level security
  column portfolio_id: uuid not null
  column person: text not null
  column phone_number_id: text not null default ''::text
  column recipient: text not null
  column opted_out: boolean not null
  column source: text not null
  column reason: text
  column wished_at: timestamp with time zone not null
  constraint opt_outs_pkey: PRIMARY KEY (portfolio_id, person, phone_number_id)
  constraint opt_outs_source: CHECK ((source = ANY (ARRAY['api'::text, 'keyword'::text, 'user_preferences'::text, 'meta_131050'::text])))
  policy opt_outs_of_tenant: ALL to heliograph_tenant using (portfolio_id = (NULLIF(current_setting('heliograph.portfolio_id'::text, true), ''::text))::uuid) check -
  grant heliograph_tenant: select

table orphan_statuses: row level security
  column id: bigint not null generated always as identity
  column portfolio_id: uuid not null
  column phone_number_id: text not null
  column wamid: text not null
  column recipient: text
  column status: text not null
  column inbox_id: bigint not null
  column item: text not null
  column received_at: timestamp with time zone not null default now()
  constraint orphan_statuses_once: UNIQUE (phone_number_id, wamid, status)
  constraint orphan_statuses_pkey: PRIMARY KEY (id)
  index orphan_statuses_received: CREATE INDEX orphan_statuses_received ON public.orphan_statuses USING btree (received_at)
  policy orphan_statuses_of_tenant: ALL to heliograph_tenant using (portfolio_id = (NULLIF(current_setting('heliograph.portfolio_id'::text, true), ''::text))::uuid) check -

table phone_numbers: row level security
  column phone_number_id: text not null
  column portfolio_id: uuid not null
  column waba_id: text not null
  column display_phone_number: text not null
  column verified_name: text
  column quality_rating: text
  column status: text
  column throughput_level: text
  column is_on_biz_app: boolean not null default false
  column messaging_limit_tier: text
  column polled_at: timestamp with time zone
  column created_at: timestamp with time zone not null default now()
  column updated_at: timestamp with time zone not null default now()
  column name_status: text
  constraint phone_numbers_pkey: PRIMARY KEY (phone_number_id)
  constraint phone_numbers_portfolio_id_fkey: FOREIGN KEY (portfolio_id) REFERENCES portfolios(id) ON DELETE CASCADE
  constraint phone_numbers_waba_id_fkey: FOREIGN KEY (waba_id) REFERENCES wabas(waba_id) ON DELETE CASCADE
  index phone_numbers_waba: CREATE INDEX phone_numbers_waba ON public.phone_numbers USING btree (waba_id)
  policy phone_numbers_of_tenant: ALL to heliograph_tenant using (portfolio_id = (NULLIF(current_setting('heliograph.portfolio_id'::text, true), ''::text))::uuid) check -
  grant heliograph_tenant: select

table pool_changes: row level security
  column id: bigint not null generated always as identity
  column portfolio_id: uuid not null
  column pool_id: uuid not null
  column changed_at: timestamp with time zone not null default now()
  column changed_by: text not null
  column before: jsonb
  column after: jsonb
  constraint pool_changes_pkey: PRIMARY KEY (id)
  constraint pool_changes_portfolio_id_fkey: FOREIGN KEY (portfolio_id) REFERENCES portfolios(id) ON DELETE CASCADE
  index pool_changes_of: CREATE INDEX pool_changes_of ON public.pool_changes USING btree (portfolio_id, pool_id, id)
  policy pool_changes_of_tenant: ALL to heliograph_tenant using (portfolio_id = (NULLIF(current_setting('heliograph.portfolio_id'::text, true), ''::text))::uuid) check -
  grant heliograph_tenant: insert, select

table pool_senders: row level security
  column pool_id: uuid not null
  column person_key: text not null
  column portfolio_id: uuid not null
  column phone_number_id: text not null
  constraint pool_senders_pkey: PRIMARY KEY (pool_id, person_key)
  constraint pool_senders_pool_id_fkey: FOREIGN KEY (pool_id) REFERENCES pools(id) ON DELETE CASCADE
  constraint pool_senders_portfolio_id_fkey: FOREIGN KEY (portfolio_id) REFERENCES portfolios(id) ON DELETE CASCADE
  policy pool_senders_of_tenant: ALL to heliograph_tenant using (portfolio_id = (NULLIF(current_setting('heliograph.portfolio_id'::text, true), ''::text))::uuid) check -
  grant heliograph_tenant: insert, select
  grant heliograph_tenant on phone_number_id: update

table pools: row level security
  column id: uuid not null
  column portfolio_id: uuid not null
  column name: text not null
  column phone_number_ids: text[] not null
  column created_at: timestamp with time zone not null default now()
  column changed_at: timestamp with time zone not null default now()
  column changed_by: text not null
  constraint pools_name_key: UNIQUE (portfolio_id, name)
  constraint pools_numbers: CHECK (((cardinality(phone_number_ids) >= 1) AND (cardinality(phone_number_ids) <= 50)))
  constraint pools_pkey: PRIMARY KEY (id)
  constraint pools_portfolio_id_fkey: FOREIGN KEY (portfolio_id) REFERENCES portfolios(id) ON DELETE CASCADE
  policy pools_of_tenant: ALL to heliograph_tenant using (portfolio_id = (NULLIF(current_setting('heliograph.portfolio_id'::text, true), ''::text))::uuid) check -
  grant heliograph_tenant: delete, insert, select
  grant heliograph_tenant on changed_at: update
  grant heliograph_tenant on changed_by: update
  grant heliograph_tenant on name: update
  grant heliograph_tenant on phone_number_ids: update

table portfolios: open to its owner only
  column id: uuid not null
  column business_id: text not null
  column name: text not null
  column created_at: timestamp with time zone not null default now()
  constraint portfolios_business_id_key: UNIQUE (business_id)
  constraint portfolios_pkey: PRIMARY KEY (id)

table rate_limit_policies: row level security
  column phone_number_id: text not null
  column portfolio_id: uuid not null
  column warm_up: text
  column escalation: text
  column utilisation: text
  column max_mps: integer
  column warm_up_stage: integer not null default 0
  column warm_up_since: timestamp with time zone
  column warm_up_reason: text
  column changed_at: timestamp with time zone not null default clock_timestamp()
  column changed_by: text not null
  column marketing_cap: integer
  column marketing_cap_days: integer
  column fairness_weights: jsonb
  column full_hour_spread_ms: integer
  constraint rate_limit_policies_full_hour_spread_ms: CHECK ((full_hour_spread_ms >= 0))
  constraint rate_limit_policies_marketing_cap: CHECK ((((marketing_cap > 0) AND (marketing_cap_days > 0)) OR ((marketing_cap IS NULL) AND (marketing_cap_days IS NULL))))
  constraint rate_limit_policies_max_mps: CHECK ((max_mps > 0))
  constraint rate_limit_policies_phone_number_id_fkey: FOREIGN KEY (phone_number_id) REFERENCES phone_numbers(phone_number_id) ON DELETE CASCADE
  constraint rate_limit_policies_pkey: PRIMARY KEY (phone_number_id)
  constraint rate_limit_policies_portfolio_id_fkey: FOREIGN KEY (portfolio_id) REFERENCES portfolios(id) ON DELETE CASCADE
  constraint rate_limit_policies_warm_up: CHECK (((warm_up IS NULL) = (warm_up_since IS NULL)))
  index rate_limit_policies_changed: CREATE INDEX rate_limit_policies_changed ON public.rate_limit_policies USING btree (changed_at)
  policy rate_limit_policies_of_tenant: ALL to heliograph_tenant using (portfolio_id = (NULLIF(current_setting('heliograph.portfolio_id'::text, true), ''::text))::uuid) check -
  grant heliograph_tenant: insert, select
  grant heliograph_tenant on changed_at: update
  grant heliograph_tenant on changed_by: update
  grant heliograph_tenant on escalation: update
  grant heliograph_tenant on fairness_weights: update
  grant heliograph_tenant on full_hour_spread_ms: update
  grant heliograph_tenant on marketing_cap: update
  grant heliograph_tenant on marketing_cap_days: update
  grant heliograph_tenant on max_mps: update
  grant heliograph_tenant on utilisation: update
  grant heliograph_tenant on warm_up: update
  grant heliograph_tenant on warm_up_reason: update
  grant heliograph_tenant on warm_up_since: update
  grant heliograph_tenant on warm_up_stage: update

table rate_limit_policy_changes: row level security
  column id: bigint not null generated always as identity
  column portfolio_id: uuid not null
  column phone_number_id: text not null
  column changed_at: timestamp with time zone not null
  column changed_by: text not null
  column before: jsonb
  column after: jsonb not null
  constraint rate_limit_policy_changes_pkey: PRIMARY KEY (id)
  constraint rate_limit_policy_changes_portfolio_id_fkey: FOREIGN KEY (portfolio_id) REFERENCES portfolios(id) ON DELETE CASCADE
  index rate_limit_policy_changes_of: CREATE INDEX rate_limit_policy_changes_of ON public.rate_limit_policy_changes USING btree (portfolio_id, phone_number_id, id)
  policy rate_limit_policy_changes_of_tenant: ALL to heliograph_tenant using (portfolio_id = (NULLIF(current_setting('heliograph.portfolio_id'::text, true), ''::text))::uuid) check -
  grant heliograph_tenant: insert, select

table release_signals: row level security
  column scope: text not null
  column scope_id: text not null
  column code: integer not null
  column portfolio_id: uuid not null
  column at: timestamp with time zone not null
  constraint release_signals_pkey: PRIMARY KEY (scope, scope_id, code)
  constraint release_signals_portfolio_id_fkey: FOREIGN KEY (portfolio_id) REFERENCES portfolios(id) ON DELETE CASCADE
  policy release_signals_of_tenant: ALL to heliograph_tenant using (portfolio_id = (NULLIF(current_setting('heliograph.portfolio_id'::text, true), ''::text))::uuid) check -
  grant heliograph_tenant: select

table scheduled_jobs: open to its owner only
  column name: text not null
  column last_run_at: timestamp with time zone not null
  column running_until: timestamp with time zone
  constraint scheduled_jobs_pkey: PRIMARY KEY (name)

table template_changes: row level security
  column id: bigint not null generated always as identity
  column waba_id: text not null
  column template_id: text not null
  column portfolio_id: uuid not null
  column field: text not null
  column before: text
  column after: text
  column reason: text
  column source: text not null
  column changed_at: timestamp with time zone not null default now()
  constraint template_changes_field: CHECK ((field = ANY (ARRAY['status'::text, 'category'::text, 'quality_score'::text])))
  constraint template_changes_pkey: PRIMARY KEY (id)
  constraint template_changes_portfolio_id_fkey: FOREIGN KEY (portfolio_id) REFERENCES portfolios(id)
  constraint template_changes_source: CHECK ((source = ANY (ARRAY['poll'::text, 'webhook'::text])))
  constraint template_changes_waba_id_template_id_fkey: FOREIGN KEY (waba_id, template_id) REFERENCES templates(waba_id, template_id) ON DELETE CASCADE
  index template_changes_of: CREATE INDEX template_changes_of ON public.template_changes USING btree (waba_id, template_id, id)
  policy template_changes_of_tenant: ALL to heliograph_tenant using (portfolio_id = (NULLIF(current_setting('heliograph.portfolio_id'::text, true), ''::text))::uuid) check -
  grant heliograph_tenant: select

table template_syncs: row level security
  column waba_id: text not null
  column portfolio_id: uuid not null
  column due_at: timestamp with time zone not null
  constraint template_syncs_pkey: PRIMARY KEY (waba_id)
  constraint template_syncs_portfolio_id_fkey: FOREIGN KEY (portfolio_id) REFERENCES portfolios(id)
  constraint template_syncs_waba_id_fkey: FOREIGN KEY (waba_id) REFERENCES wabas(waba_id)
  policy template_syncs_of_tenant: ALL to heliograph_tenant using (portfolio_id = (NULLIF(current_setting('heliograph.portfolio_id'::text, true), ''::text))::uuid) check -
  grant heliograph_tenant: select

table templates: row level security
  column waba_id: text not null
  column template_id: text not null
  column portfolio_id: uuid not null
  column name: text not null
  column language: text not null
  column status: text
  column category: text
  column quality_score: text
  column parameter_format: text
  column components: jsonb
  column rejected_reason: text
  column heard_at: timestamp with time zone
  column synced_at: timestamp with time zone
  column updated_at: timestamp with time zone not null default now()
  column listed_at: timestamp with time zone
  constraint templates_pkey: PRIMARY KEY (waba_id, template_id)
  constraint templates_portfolio_id_fkey: FOREIGN KEY (portfolio_id) REFERENCES portfolios(id)
  constraint templates_waba_id_fkey: FOREIGN KEY (waba_id) REFERENCES wabas(waba_id)
  index templates_of_portfolio: CREATE INDEX templates_of_portfolio ON public.templates USING btree (portfolio_id, name, language, template_id)
  index templates_updated: CREATE INDEX templates_updated ON public.templates USING btree (updated_at)
  policy templates_of_tenant: ALL to heliograph_tenant using (portfolio_id = (NULLIF(current_setting('heliograph.portfolio_id'::text, true), ''::text))::uuid) check -
  grant heliograph_tenant: select

table waba_calls: row level security with (fillfactor=70)
  column waba_id: text not null
  column portfolio_id: uuid not null
  column minute: timestamp with time zone not null
  column calls: integer not null
  constraint waba_calls_pkey: PRIMARY KEY (waba_id, minute)
  constraint waba_calls_portfolio_id_fkey: FOREIGN KEY (portfolio_id) REFERENCES portfolios(id) ON DELETE CASCADE
  constraint waba_calls_waba_id_fkey: FOREIGN KEY (waba_id) REFERENCES wabas(waba_id) ON DELETE CASCADE
  policy waba_calls_of_tenant: ALL to heliograph_tenant using (portfolio_id = (NULLIF(current_setting('heliograph.portfolio_id'::text, true), ''::text))::uuid) check -
  grant heliograph_tenant: select

table wabas: row level security
  column waba_id: text not null
  column portfolio_id: uuid not null
  column app_id: text not null
  column access_token: text not null
  column name: text
  column created_at: timestamp with time zone not null default now()
  column updated_at: timestamp with time zone not null default now()
  constraint wabas_app_id_fkey: FOREIGN KEY (app_id) REFERENCES apps(app_id) ON DELETE CASCADE
  constraint wabas_pkey: PRIMARY KEY (waba_id)
  constraint wabas_portfolio_id_fkey: FOREIGN KEY (portfolio_id) REFERENCES portfolios(id) ON DELETE CASCADE
  policy wabas_of_tenant: ALL to heliograph_tenant using (portfolio_id = (NULLIF(current_setting('heliograph.portfolio_id'::text, true), ''::text))::uuid) check -
  grant heliograph_tenant: select

table webhook_inbox: open to its owner only
  column id: bigint not null generated always as identity
  column app_id: text not null
  column body: bytea not null
  column received_at: timestamp with time zone not null default now()
  constraint webhook_inbox_pkey: PRIMARY KEY (id)
  index webhook_inbox_received: CREATE INDEX webhook_inbox_received ON public.webhook_inbox USING brin (received_at)

table webhook_quarantine: row level security
  column id: bigint not null generated always as identity
  column inbox_id: bigint not null
  column portfolio_id: uuid
  column reason: text not null
  column detail: text not null
  column item: text
  column created_at: timestamp with time zone not null default now()
  constraint webhook_quarantine_pkey: PRIMARY KEY (id)
  index webhook_quarantine_created: CREATE INDEX webhook_quarantine_created ON public.webhook_quarantine USING btree (created_at)
  policy webhook_quarantine_of_tenant: ALL to heliograph_tenant using (portfolio_id = (NULLIF(current_setting('heliograph.portfolio_id'::text, true), ''::text))::uuid) check -

table webhook_queue: open to its owner only
  column id: bigint not null
  column attempts: smallint not null default 0
  column due_at: timestamp with time zone not null default now()
  constraint webhook_queue_pkey: PRIMARY KEY (id)

table workers: open to its owner only
  column id: uuid not null
  column lock_key: integer not null
  column started_at: timestamp with time zone not null default now()
  column lease_until: timestamp with time zone not null
  constraint workers_pkey: PRIMARY KEY (id)
