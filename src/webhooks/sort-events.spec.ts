import { describe, expect, it } from '@jest/globals';
import type { AccountsService } from '../accounts/accounts.service.js';
import { writeToken } from '../core/delivery/callback-token.js';
import type { ClaimedWebhook } from './inbox.store.js';
import { type SortedEvents, sortEvents } from './sort-events.js';

const KEY = Buffer.alloc(32, 3);
const RECEIVED_AT = new Date('2026-03-01T10:00:00.000Z');
const MESSAGE_ID = '0190a5b2-7c4d-7e1f-8a2b-3c4d5e6f7081';

/** Two apps, each with its WABA and its number. */
const accounts = {
  app: (id: string) => ['app-1', 'app-2'].find((known) => known === id) && { appId: id },
  waba: (id: string) =>
    ({
      '11': { wabaId: '11', appId: 'app-1', portfolioId: 'p1' },
      '22': { wabaId: '22', appId: 'app-2', portfolioId: 'p2' },
    })[id],
  phoneNumber: (id: string) =>
    ({
      '111': { phoneNumberId: '111', wabaId: '11', portfolioId: 'p1' },
      '222': { phoneNumberId: '222', wabaId: '22', portfolioId: 'p2' },
    })[id],
} as unknown as AccountsService;

const webhook = (body: unknown, appId = 'app-1'): ClaimedWebhook => ({
  id: 7,
  app_id: appId,
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  received_at: RECEIVED_AT,
  attempts: 0,
  age_ms: 0,
});

const change = (
  value: object,
  {
    waba = '11',
    number = '111',
    field = 'messages',
    time,
  }: Partial<Record<'waba' | 'number' | 'field', string>> & { time?: number } = {},
): object => ({
  object: 'whatsapp_business_account',
  entry: [
    {
      id: waba,
      time,
      changes: [{ field, value: { messaging_product: 'whatsapp', metadata: { phone_number_id: number }, ...value } }],
    },
  ],
});

const status = (more: object = {}): object => ({
  statuses: [{ id: 'wamid.1', status: 'sent', timestamp: '1772359200', recipient_id: '16505551234', ...more }],
});

const sort = (...webhooks: ClaimedWebhook[]): SortedEvents =>
  sortEvents(webhooks, { accounts, words: { stop: ['STOP'], resume: ['START'] }, tokenKeys: [KEY] });

/** Where everything of a body ended. */
const ends = (sorted: SortedEvents) => ({
  reports: sorted.reports.length,
  inbound: sorted.inbound.length,
  notices: sorted.notices.length,
  quarantined: sorted.quarantined.map((item) => item.reason),
});

describe('a status', () => {
  it('with a token of ours is a report on that attempt of that message', () => {
    const token = writeToken({ messageId: MESSAGE_ID, attempt: 2 }, KEY);
    const { reports } = sort(webhook(change(status({ biz_opaque_callback_data: token }))));
    expect(reports).toEqual([
      expect.objectContaining({
        inboxId: 7,
        messageId: MESSAGE_ID,
        attempt: 2,
        portfolioId: 'p1',
        phoneNumberId: '111',
        wamid: 'wamid.1',
        recipientId: '16505551234',
        inferred: false,
        report: expect.objectContaining({ status: 'sent', at: new Date(1_772_359_200_000) }),
      }),
    ]);
  });

  it.each([
    ['without a token', {}],
    [
      'with a token that another key made',
      { biz_opaque_callback_data: writeToken({ messageId: MESSAGE_ID, attempt: 1 }, Buffer.alloc(32)) },
    ],
    ['with callback data of somebody else', { biz_opaque_callback_data: 'order-1' }],
  ])('%s is a report to be matched by its wamid', (_, more) => {
    const [report] = sort(webhook(change(status(more)))).reports;
    expect(report).toMatchObject({ messageId: null, attempt: null, wamid: 'wamid.1' });
  });

  it('without a time happened when it was received', () => {
    const [report] = sort(webhook(change(status({ timestamp: 'x' })))).reports;
    expect(report?.report.at).toEqual(RECEIVED_AT);
  });
});

describe('an event of an account', () => {
  it.each([
    ['of an app that is not known', webhook(change(status()), 'app-9'), 'foreign_account'],
    ['of a WABA that is not known', webhook(change(status(), { waba: '99' })), 'foreign_account'],
    ['of the WABA of another app', webhook(change(status(), { waba: '22', number: '222' })), 'foreign_account'],
    ['of a number that is not known', webhook(change(status(), { number: '999' })), 'foreign_number'],
    ['of the number of another WABA', webhook(change(status(), { number: '222' })), 'foreign_number'],
    ['in a body that is no JSON', webhook('{"entry":'), 'malformed'],
  ])('%s is quarantined, whatever it says', (_, from, reason) => {
    const sorted = sort(from);
    expect(ends(sorted)).toEqual({ reports: 0, inbound: 0, notices: 0, quarantined: [reason] });
    expect(sorted.quarantined[0]).toMatchObject({ inboxId: 7, portfolioId: null });
  });

  it('does not fail its neighbours in the batch', () => {
    const sorted = sort(webhook('x'), webhook(change(status())), webhook(change(status(), { number: '999' })));
    expect(ends(sorted)).toEqual({ reports: 1, inbound: 0, notices: 0, quarantined: ['malformed', 'foreign_number'] });
  });

  it('is a notice to its portfolio under the name of its field, and news again when another webhook says the same', () => {
    const body = change({ event: 'FLAGGED' }, { field: 'phone_number_quality_update' });
    const { notices } = sort(webhook(body), { ...webhook(body), id: 8 });
    expect(notices).toHaveLength(2);
    expect(notices[0]).toMatchObject({ portfolioId: 'p1', aggregate: 'account', type: 'phone_number_quality_update' });
    expect(notices[1]?.aggregateId).not.toBe(notices[0]?.aggregateId);
  });

  it('is one notice however often it is redelivered, and news again when Meta tells the same at another time', () => {
    const told = (time: number, event: string) => change({ event }, { field: 'account_update', time });
    const [first, again, later, other] = sort(
      webhook(told(1772359200, 'DISABLED_UPDATE')),
      { ...webhook(told(1772359200, 'DISABLED_UPDATE')), id: 8 },
      { ...webhook(told(1772359201, 'DISABLED_UPDATE')), id: 9 },
      { ...webhook(told(1772359200, 'ACCOUNT_DELETED')), id: 10 },
    ).notices.map((notice) => notice.aggregateId);
    expect(again).toBe(first);
    expect(new Set([first, later, other]).size).toBe(3);
  });

  it('is one notice too when the entry says no time and the value does', () => {
    const told = (timestamp: string) =>
      change({ groups: [{ timestamp, type: 'group_suspend', group_id: 'g' }] }, { field: 'group_status_update' });
    const [first, again, later] = sort(
      webhook(told('1772359200')),
      { ...webhook(told('1772359200')), id: 8 },
      { ...webhook(told('1772359201')), id: 9 },
    ).notices.map((notice) => notice.aggregateId);
    expect(again).toBe(first);
    expect(later).not.toBe(first);
  });

  it.each([
    ['when Meta told it, however late it comes', '2026-02-24T10:00:00.000Z', '2026-02-24T10:00:00.000Z'],
    ['when it came, by a clock of Meta’s that is ahead', '2026-03-01T10:00:02.000Z', RECEIVED_AT.toISOString()],
  ])('is dated %s', (_, told, dated) => {
    const time = Date.parse(told) / 1000;
    const [notice] = sort(webhook(change({ event: 'X' }, { field: 'account_update', time }))).notices;
    expect(notice?.occurredAt.toISOString()).toBe(dated);
  });

  it('does not let the sender choose the name of an event', () => {
    const { notices } = sort(webhook(change({ a: 1 }, { field: 'Drop.Table' })));
    expect(notices.map((notice) => notice.type)).toEqual(['unknown_field']);
  });
});

describe('an inbound message', () => {
  const message = {
    id: 'wamid.in',
    from: '16505551234',
    timestamp: '1772359200',
    type: 'text',
    text: { body: 'Hi\u0000' },
  };

  it('is kept and told of, under one id however often it comes', () => {
    const sorted = sort(webhook(change({ messages: [message] })), webhook(change({ messages: [message] })));
    expect(ends(sorted)).toEqual({ reports: 0, inbound: 2, notices: 2, quarantined: [] });
    const ids = [...sorted.inbound.map((m) => m.id), ...sorted.notices.map((n) => n.aggregateId)];
    expect(new Set(ids).size).toBe(1);
    expect(sorted.inbound[0]).toMatchObject({ portfolioId: 'p1', sender: '16505551234', type: 'text' });
  });

  it('has another id on another number', () => {
    const [here] = sort(webhook(change({ messages: [message] }))).inbound;
    const [there] = sort(webhook(change({ messages: [message] }, { waba: '22', number: '222' }), 'app-2')).inbound;
    expect(there?.id).not.toBe(here?.id);
  });

  it('keeps its very words in the stored item, as JSON that is well formed', () => {
    const [inbound] = sort(webhook(change({ messages: [message] }))).inbound;
    expect(JSON.parse(inbound?.item ?? '')).toEqual(message);
  });
});
