import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MAX_UNKNOWN_EVENTS } from './event-collector.js';
import { MAX_UNKNOWN_KEYS } from './known-keys.js';
import { parseWebhook } from './parse-webhook.js';
import { MAX_JSON_DEPTH } from './read-json.js';
import type { InboundMessageEvent, PhoneQualityEvent, StatusEvent, UnknownWebhookEvent } from './webhook-event.js';

const FIXTURES = new URL('../../../test/fixtures/webhooks/', import.meta.url);
const WABA = '900000000000001';
const USER = '15550100101';
const BSUID = 'US.90000000000000000101';

function fixture<E>(file: string): E {
  return parseWebhook(readFileSync(new URL(file, FIXTURES))).events[0] as E;
}

function parseText(json: string) {
  return parseWebhook(Buffer.from(json));
}

/** A body with this text as the value of field `messages`. */
function aBody(value: string): string {
  return `{"object":"whatsapp_business_account","entry":[{"id":"${WABA}","changes":[{"field":"messages","value":${value}}]}]}`;
}

const aStatus = '{"id":"wamid.A","status":"sent","timestamp":"1790000000"}';

describe('parseWebhook on a status', () => {
  it('reads everything Meta says about it', () => {
    const event = fixture<StatusEvent>('messages/status-sent.json');
    expect(event).toMatchObject({
      kind: 'status',
      wabaId: WABA,
      field: 'messages',
      phoneNumberId: '800000000000001',
      displayPhoneNumber: '15550100001',
      status: 'sent',
      at: new Date(1790000000_000),
      recipientId: USER,
      recipientUserId: null,
      callbackData: 'w1.fixture.1.abc',
      errors: [],
      pricing: { category: 'marketing', type: 'regular' },
      conversation: { id: 'c0ffee' },
    });
    expect(event.raw.id).toBe(event.wamid);
  });

  it('reads why a message failed', () => {
    expect(fixture<StatusEvent>('messages/status-failed-131049.json').errors).toEqual([
      {
        code: 131049,
        title: expect.stringMatching(/healthy ecosystem/),
        message: expect.stringMatching(/healthy ecosystem/),
        details: expect.stringMatching(/^In order to maintain/),
        href: expect.stringMatching(/^https:/),
      },
    ]);
  });

  it('takes the user id from the contact beside it when the status has none', () => {
    expect(fixture('messages/status-delivered.json')).toMatchObject({ recipientId: USER, recipientUserId: BSUID });
  });

  it('needs no phone number', () => {
    for (const file of ['status-read-user-id-only', 'status-delivered-empty-recipient']) {
      expect(fixture(`messages/${file}.json`)).toMatchObject({ recipientId: null, recipientUserId: BSUID });
    }
  });

  it('takes 13 digits as milliseconds', () => {
    expect(fixture<StatusEvent>('messages/status-milliseconds.json').at).toEqual(new Date(1790000000_123));
  });

  it('keeps keys it does not know', () => {
    const { events } = parseWebhook(readFileSync(new URL('messages/status-unknown-keys.json', FIXTURES)));
    expect(events[1]).toMatchObject({ kind: 'status', raw: { foo: 1, pricing: { bar: 2 } } });
    expect(events[0]).toMatchObject({ kind: 'unknown', raw: { surprise: { a: 1 } } });
  });
});

describe('parseWebhook on an inbound message', () => {
  it('reads sender, contact and the message it answers', () => {
    expect(fixture('messages/text-reply.json')).toMatchObject({
      kind: 'inbound_message',
      phoneNumberId: '800000000000001',
      type: 'text',
      from: USER,
      fromUserId: null,
      at: new Date(1790000010_000),
      contact: { wa_id: USER, profile: { name: 'Ada Example' } },
      contextMessageId: expect.stringMatching(/^wamid\./),
      raw: { text: { body: 'Yes please' } },
    });
  });

  it('never takes a user id for a phone number', () => {
    for (const file of ['text-user-id-in-from', 'text-user-id-only']) {
      const event = fixture<InboundMessageEvent>(`messages/${file}.json`);
      expect(event).toMatchObject({ from: null, fromUserId: BSUID, contact: { user_id: BSUID } });
    }
  });

  it('does without a sender, a profile and a sensible instant', () => {
    expect(fixture('messages/text-without-from.json')).toMatchObject({ from: null, contact: { wa_id: USER } });
    expect(fixture('messages/text-contact-without-profile.json')).toMatchObject({ at: null, contact: { wa_id: USER } });
  });

  it('does not give it the contact of somebody else', () => {
    const { events } = parseText(
      aBody('{"contacts":[{"wa_id":"15550100177"}],"messages":[{"id":"wamid.A","from":"15550100101"}]}'),
    );
    expect(events[0]).toMatchObject({ kind: 'inbound_message', contact: null, type: 'unknown' });
  });

  it('keeps all digits of ids that are numbers', () => {
    expect(fixture('messages/numbers-for-ids.json')).toMatchObject({
      wabaId: '900000000000000012345',
      phoneNumberId: '9007199254740993',
      from: USER,
      contact: { wa_id: Number(USER) },
      at: new Date(1790000010_000),
    });
  });

  it('leaves the text of people as it is', () => {
    const event = fixture<InboundMessageEvent>('messages/text-awkward-characters.json');
    expect(event.raw.text).toEqual({ body: 'nul \u0000 lone \ud800 slash / quote " and 12345678901234567890' });
  });
});

describe('parseWebhook on the quality of a number', () => {
  it.each([
    ['throughput-upgrade', 'THROUGHPUT_UPGRADE', 'TIER_UNLIMITED'],
    ['onboarding-2026', 'ONBOARDING', 'TIER_250'],
    ['downgrade', 'DOWNGRADE', 'TIER_1K'],
  ])('reads %s', (file, event, currentLimit) => {
    expect(fixture<PhoneQualityEvent>(`phone_number_quality_update/${file}.json`)).toMatchObject({
      kind: 'phone_quality',
      wabaId: WABA,
      displayPhoneNumber: '15550100001',
      event,
      currentLimit,
    });
  });
});

describe('parseWebhook on poison', () => {
  const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

  it('reads the neighbours of a part that is nested 200 000 levels deep', () => {
    const { events } = parseText(
      aBody(`{"statuses":[{"id":"wamid.B","status":"sent","x":${deep(200_000)}},${aStatus}]}`),
    );
    expect(events.map((event) => event.kind)).toEqual(['unknown', 'status', 'status']);
    expect(events[0]).toMatchObject({ reason: 'nested_too_deeply' });
    expect(() => JSON.stringify(events)).not.toThrow();
  });

  it('cuts nothing that is no deeper than allowed', () => {
    // Around the status stand body, entry, its element, changes, its element, value, statuses, the status: 8 levels.
    const atLimit = parseText(aBody(`{"statuses":[{"id":"wamid.B","status":"sent","x":${deep(MAX_JSON_DEPTH - 8)}}]}`));
    expect(atLimit.events.map((event) => event.kind)).toEqual(['status']);
    expect(JSON.stringify(atLimit.events[0]?.raw)).toContain('"a":1');
    const beyond = parseText(aBody(`{"statuses":[{"id":"wamid.B","status":"sent","x":${deep(MAX_JSON_DEPTH - 7)}}]}`));
    expect(beyond.events.map((event) => event.kind)).toEqual(['unknown', 'status']);
  });

  it('does not mind brackets inside texts', () => {
    const { events } = parseText(aBody(`{"statuses":[{"id":"${'[{'.repeat(100)}\\"","status":"sent"}]}`));
    expect(events.map((event) => event.kind)).toEqual(['status']);
  });

  it('pollutes no prototype', () => {
    const { events } = parseWebhook(readFileSync(new URL('unhandled/prototype-fields.json', FIXTURES)));
    expect(events).toHaveLength(4);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    for (const event of events) expect('polluted' in event).toBe(false);
  });

  it('survives numbers beyond all bounds', () => {
    const { events } = parseText(
      aBody('{"statuses":[{"id":"wamid.A","status":"sent","timestamp":1e400,"errors":[{"code":1e400}]}]}'),
    );
    expect(events[0]).toMatchObject({ kind: 'status', at: null, errors: [{ code: null }] });
  });

  it('does not make valid what is not: long numbers with leading zeros', () => {
    expect(parseText('{"object":00000000000000000001}').malformed).toBe('not_json');
  });

  it.each([
    ['nothing', '', 'empty'],
    ['blanks', ' \n ', 'not_json'],
    ['a number', '12345678901234567890', 'not_an_object'],
    ['null', 'null', 'not_an_object'],
    ['an array', '[{}]', 'not_an_object'],
    ['half an object', '{"object":', 'not_json'],
  ])('names %s malformed', (_title, json, malformed) => {
    expect(parseText(json)).toEqual({ events: [], unknownKeys: [], malformed });
  });

  it('skips a byte order mark and replaces bytes that are not UTF-8', () => {
    const bytes = Buffer.from(`\ufeff${aBody(`{"statuses":[${aStatus}]}`)}`);
    expect(parseWebhook(bytes).events[0]?.kind).toBe('status');
    bytes[bytes.indexOf('wamid.A') + 6] = 0xff;
    expect(parseWebhook(bytes).events[0]).toMatchObject({ wamid: 'wamid.\ufffd' });
  });

  it('reports rubbish one by one only up to a bound, and never a status less', () => {
    const rubbish = `${'1,'.repeat(5 * MAX_UNKNOWN_EVENTS)}`;
    const { events } = parseText(aBody(`{"statuses":[${rubbish}${aStatus}]}`));
    expect(events).toHaveLength(MAX_UNKNOWN_EVENTS + 2);
    expect((events.at(-2) as UnknownWebhookEvent).reason).toBe('too_many_unknown');
    expect(events.at(-1)).toMatchObject({ kind: 'status', wamid: 'wamid.A' });
  });

  it('bounds the report of unknown keys', () => {
    const keys = Array.from({ length: 3 * MAX_UNKNOWN_KEYS }, (_, at) => `"${'k'.repeat(500)}${at}":1,"k${at}":1`);
    const { unknownKeys } = parseText(`{${keys.join()}}`);
    expect(unknownKeys).toHaveLength(MAX_UNKNOWN_KEYS);
    expect(Math.max(...unknownKeys.map((key) => key.length))).toBeLessThan(100);
  });
});

describe('parseWebhook on anything', () => {
  const seen = (body: Buffer) => {
    const { events, malformed } = parseWebhook(body);
    expect(events.length > 0).toBe(malformed === null);
    expect(() => JSON.stringify(events)).not.toThrow();
  };

  it('throws on no bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => seen(Buffer.from(bytes))));
  });

  it('gives at least one event for every JSON object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => seen(Buffer.from(JSON.stringify(object)))),
    );
  });

  it('reads any value under the keys it knows', () => {
    const thing = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom('1790000000', '', 'wamid.A', 1e21, -0));
    const item = fc.record(
      { id: thing, status: thing, timestamp: thing, from: thing, errors: thing, context: thing, recipient_id: thing },
      { requiredKeys: [] },
    );
    const list = fc.oneof(fc.array(fc.oneof(item, thing), { maxLength: 4 }), thing);
    const value = fc.record(
      { metadata: thing, contacts: list, statuses: list, messages: list, errors: thing, event: thing },
      { requiredKeys: [] },
    );
    const change = fc.record({
      field: fc.constantFrom('messages', 'phone_number_quality_update', 'toString', '__proto__', 7, null),
      value: fc.oneof({ arbitrary: value, weight: 5 }, thing),
    });
    const entry = fc.record({ id: fc.constantFrom(WABA, 1, null), changes: fc.array(fc.oneof(change, thing)) });
    fc.assert(
      fc.property(fc.array(fc.oneof(entry, thing)), (entries) => {
        const parsed = parseWebhook(
          Buffer.from(JSON.stringify({ object: 'whatsapp_business_account', entry: entries })),
        );
        expect(parsed.malformed).toBeNull();
        expect(parsed.events.length).toBeGreaterThanOrEqual(Math.max(1, entries.length));
        for (const event of parsed.events) if ('at' in event && event.at) expect(event.at.getTime()).not.toBeNaN();
      }),
      { numRuns: 1000 },
    );
  });

  it('survives a fixture with any bytes flipped', () => {
    const good = readFileSync(new URL('messages/status-failed-131049.json', FIXTURES));
    const flips = fc.array(fc.tuple(fc.nat({ max: good.length - 1 }), fc.integer({ min: 0, max: 255 })), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(flips, (changes) => {
        const bytes = Buffer.from(good);
        for (const [at, byte] of changes) bytes[at] = byte;
        seen(bytes);
      }),
      { numRuns: 2000 },
    );
  });
});
