import 'reflect-metadata';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { AccountsService } from '../accounts/accounts.service.js';
import type { Tenant } from '../platform/auth/principal.js';
import { loadConfig } from '../platform/config/load-config.js';
import type { Db } from '../platform/db/db.js';
import { writeCursor } from '../platform/http/cursor.js';
import { CrashPoints } from '../platform/observability/crash-points.js';
import { Metrics } from '../platform/observability/metrics.js';
import { Runtime } from '../platform/runtime.js';
import { FullHoursService } from '../rate-limit/full-hours.service.js';
import { StopsService } from '../rate-limit/stops.service.js';
import { TemplateDirectoryService } from '../templates/template-directory.service.js';
import { LaneSchedule } from './lane-schedule.js';
import type { SendMessageDto } from './messaging.dto.js';
import { MessagingService } from './messaging.service.js';
import { OutboxSignal } from './outbox-signal.js';
import { PoolSendersService } from './pool-senders.service.js';

const NOW = new Date('2026-03-01T10:00:00.000Z');
const TENANT: Tenant = { kind: 'tenant', portfolioId: 'p1', keyId: 'k', scopes: new Set(['*']) };
const TEXT = {
  phone_number_id: '111',
  to: '+1 650 555 1234',
  type: 'text',
  text: { body: 'Hello' },
} as SendMessageDto;

describe('accepting and reading messages', () => {
  let statements: { sql: string; params: readonly unknown[] }[] = [];
  let schedule: LaneSchedule;
  let service: MessagingService;

  beforeEach(() => {
    statements = [];
    // Stands for a database that stores whatever it is given and finds nothing.
    const q = {
      rows: async (sql: string, params: readonly unknown[]) => {
        statements.push({ sql, params });
        const ids = sql.includes('insert into messages') ? (params[1] as string[]) : [];
        return ids.map((id) => ({ id, accepted_at: NOW, state: 'queued' }));
      },
    };
    const db = { ...q, asTenant: (_: string, work: (tx: typeof q) => unknown) => work(q) } as unknown as Db;
    const clock = { now: () => NOW, monotonicMs: () => 0 };
    const accounts = {
      phoneNumber: (id: string) => (id === '111' ? { portfolioId: 'p1' } : { portfolioId: 'p2' }),
      businessId: () => '17',
    } as unknown as AccountsService;
    const runtime = new Runtime(
      loadConfig({}),
      clock,
      pino({ level: 'silent' }),
      new Metrics(),
      new CrashPoints(undefined),
    );
    schedule = new LaneSchedule(clock);
    const templates = new TemplateDirectoryService(db, accounts, runtime);
    const senders = new PoolSendersService(
      db,
      accounts,
      new StopsService(db, accounts, runtime),
      new FullHoursService(db, runtime),
      runtime,
    );
    service = new MessagingService(db, schedule, new OutboxSignal(), templates, senders, runtime);
  });

  it('stores the number as E.164 and wakes its lane', async () => {
    const view = await service.accept(TENANT, TEXT, null);
    expect(view).toMatchObject({ to: '+16505551234', state: 'queued', accepted_at: NOW.toISOString() });
    expect(schedule.isDue('111')).toBe(true);
  });

  it('sends templates as marketing and everything else as utility, and never twice, unless told otherwise', async () => {
    const template = { name: 'x', language: { code: 'en' } };
    const views = await Promise.all([
      service.accept(TENANT, TEXT, null),
      service.accept(TENANT, { ...TEXT, type: 'template', text: undefined, template } as SendMessageDto, null),
      service.accept(TENANT, { ...TEXT, priority: 'authentication', on_unknown: 'resend' } as SendMessageDto, null),
    ]);
    expect(views).toMatchObject([
      { priority: 'utility', on_unknown: 'hold' },
      { priority: 'marketing', on_unknown: 'hold' },
      { priority: 'authentication', on_unknown: 'resend' },
    ]);
  });

  it('refuses the number of somebody else before anything is stored', async () => {
    await expect(
      service.accept(TENANT, { ...TEXT, phone_number_id: '222' } as SendMessageDto, null),
    ).rejects.toMatchObject({
      code: 'invalid_request',
      errors: [expect.objectContaining({ pointer: '/phone_number_id' })],
    });
    expect(statements).toEqual([]);
  });

  it.each([
    [{ expires_at: NOW.toISOString() }],
    [{ send_at: '2026-03-02T00:00:00Z', expires_at: '2026-03-01T23:00:00Z' }],
  ])('refuses what would have expired before it could be sent: %j', async (more) => {
    await expect(service.accept(TENANT, { ...TEXT, ...more } as SendMessageDto, null)).rejects.toMatchObject({
      errors: [expect.objectContaining({ pointer: '/expires_at' })],
    });
  });

  it.each(['send_at', 'expires_at', 'metadata', 'callback_data', 'context'])(
    'takes null for an absent %s',
    async (field) => {
      const view = await service.accept(TENANT, { ...TEXT, [field]: null } as unknown as SendMessageDto, null);
      const { [field]: shown = null } = view as unknown as Record<string, unknown>;
      expect(shown).toBeNull();
    },
  );

  it.each(['-'.repeat(36), `${'0'.repeat(35)}-`, 'a'.repeat(36)])(
    'refuses a page token that names no message, before the database has to: %s',
    async (id) => {
      const listing = service.list(TENANT, { page_token: writeCursor([id]) });
      await expect(listing).rejects.toMatchObject({ code: 'invalid_request' });
      expect(statements).toEqual([]);
    },
  );

  it.each([
    ['99999999999999999999', 'a transaction that no database counts to'],
    ['18446744073709551616', 'the first one beyond'],
  ])('refuses a cursor of %s, %s', async (tx) => {
    await expect(service.events(TENANT, { after: writeCursor([tx, 1]) })).rejects.toMatchObject({
      code: 'invalid_request',
    });
    expect(statements).toEqual([]);
  });

  it('gives back the cursor that it was given when nothing is new', async () => {
    const after = writeCursor(['900', 12]);
    expect(await service.events(TENANT, { after })).toEqual({ events: [], next: after });
  });

  it('knows nothing of what is not there', async () => {
    const id = '0190a5b2-7c4d-7e1f-8a2b-3c4d5e6f7081';
    await expect(service.get(TENANT, id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(service.history(TENANT, id)).rejects.toMatchObject({ code: 'not_found' });
  });
});
