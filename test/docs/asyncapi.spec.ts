import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import {
  COMMAND_STREAM,
  commandSubject,
  DEAD_LETTER_STREAM,
  deadLetterSubject,
  EVENT_STREAM,
  EVENT_SUBJECTS,
  eventSubject,
} from '../../src/contracts/subjects.js';
import type { EventRow } from '../../src/messaging/events.store.js';
import { toEventView } from '../../src/messaging/message.views.js';
import { noticeOfStop, STOP_EVENTS } from '../../src/rate-limit/stops.store.js';
import { noticeOfUtilisation } from '../../src/rate-limit/utilisations.store.js';
import { type AsyncApiDocument, headerValidator, payloadValidators, readAsyncApi } from './asyncapi-document.js';
import { entriesOfMessages, noticesOf } from './published-events.js';
import { ROOT, textOf } from './repository.js';

/** What a message is told of when it is accepted: the first entry is written by the statement that stores it. */
const FIRST_ENTRIES = ['queued', 'scheduled'];

const ID = '0198a000-0000-7000-8000-000000000002';
const NOW = new Date('2026-10-01T12:00:00Z');

/** An entry as the publisher reads it from the ledger. */
function aRow(of: { aggregate: string; type: string; data: object; optional?: boolean }): EventRow {
  const isMessage = of.aggregate === 'message';
  return {
    seq: 1,
    tx: '1',
    id: ID,
    portfolio_id: ID,
    aggregate: of.aggregate,
    aggregate_id: ID,
    version: 3,
    type: of.type,
    // As the ledger gives it back: through JSON.
    data: JSON.parse(JSON.stringify(of.data)) as Record<string, unknown>,
    occurred_at: NOW,
    recorded_at: NOW,
    phone_number_id: isMessage ? '106540352242922' : null,
    recipient: isMessage ? '+16505550100' : null,
    recipient_kind: isMessage ? 'phone' : null,
    callback_data: isMessage && of.optional === true ? 'order 7' : null,
    metadata: isMessage && of.optional === true ? { crm_id: '42' } : null,
  };
}

/** The body as the publisher writes it. */
function bodyOf(row: EventRow): unknown {
  const event = toEventView(row, '2729063490586005');
  return JSON.parse(JSON.stringify({ ...event.data, version: event.version }));
}

function everyFixture(): { file: string; body: Buffer }[] {
  const folder = path.join(ROOT, 'test/fixtures/webhooks');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .map((file) => ({ file, body: readFileSync(path.join(folder, file)) }));
}

describe('asyncapi.yaml', () => {
  let document: AsyncApiDocument;
  let validators: ReadonlyMap<string, ValidateFunction>;
  const complaintsOf = (name: string, body: unknown): unknown[] => {
    const validate = validators.get(name);
    if (validate === undefined) return [`${name} is not described`];
    return validate(body) ? [] : (validate.errors ?? []);
  };

  beforeAll(() => {
    document = readAsyncApi();
    validators = payloadValidators(document);
  });

  it('names exactly the events of a message that the code can publish', () => {
    const published = new Set([...FIRST_ENTRIES, ...entriesOfMessages().map((entry) => entry.type)]);
    const described = document.channels.messageEvents?.parameters.event?.enum ?? [];
    expect([...described].sort()).toEqual([...published].sort());
  });

  it('gives every event of a message the name that its ce-type has', () => {
    for (const type of document.channels.messageEvents?.parameters.event?.enum ?? []) {
      const event = toEventView(aRow({ aggregate: 'message', type, data: {} }), '2729063490586005');
      expect(document.components.messages[type]?.name).toBe(event.type);
    }
  });

  it('has the addresses that the publisher uses', () => {
    const address = (aggregate: string, type: string) =>
      eventSubject({ businessId: '{portfolio}', aggregate, type, id: '{id}' });
    const command = commandSubject({ businessId: '{portfolio}', command: 'messages.send' });
    const addresses = Object.values(document.channels).map((channel) => channel.address);
    expect(addresses).toEqual([
      address('message', '{event}'),
      address('inbound_message', 'received'),
      address('account', '{field}'),
      address('opt_out', '{change}'),
      address('rate_limit', '{event}'),
      address('rate_limit', 'utilisation_high'),
      command,
      deadLetterSubject(command),
    ]);
    for (const event of addresses.slice(0, 6)) expect(event.startsWith(EVENT_SUBJECTS.replace('>', ''))).toBe(true);
    for (const stream of [EVENT_STREAM, COMMAND_STREAM, DEAD_LETTER_STREAM]) {
      expect(textOf('src/contracts/asyncapi.yaml')).toContain(`stream \`${stream}\``);
    }
  });

  it('describes every field of every event of a message', () => {
    const entries = [...entriesOfMessages(), ...FIRST_ENTRIES.map((type) => ({ type, data: {} }))];
    for (const { type, data } of entries) {
      for (const optional of [false, true]) {
        const body = bodyOf(aRow({ aggregate: 'message', type, data, optional }));
        expect({ type, complaints: complaintsOf(type, body) }).toEqual({ type, complaints: [] });
      }
    }
  });

  it('describes what every kept webhook makes of inbound messages and notices', () => {
    const seen = new Set<string>();
    for (const { file, body } of everyFixture()) {
      for (const { aggregate, type, data } of noticesOf(body)) {
        seen.add(`${aggregate}.${type}`);
        const name = aggregate === 'account' ? 'notice' : type;
        const complaints = complaintsOf(name, bodyOf(aRow({ aggregate, type, data })));
        expect({ file, complaints }).toEqual({ file, complaints: [] });
      }
    }
    expect([...seen]).toEqual(
      expect.arrayContaining(['inbound_message.received', 'account.phone_number_quality_update']),
    );
  });

  it('describes every field of what is told of stops, under the names that it is told by', () => {
    const stop = {
      id: ID,
      portfolio_id: ID,
      scope: 'waba',
      scope_id: '102290129340398',
      stops: 'all',
      version: 1,
    } as const;
    const why = {
      code: 131031,
      reason: 'Account has been locked',
      since: NOW,
      released_at: NOW,
      released_by: 'api key 1',
    };
    for (const until of [null, NOW]) {
      for (const type of STOP_EVENTS) {
        const { aggregate, data } = noticeOfStop({ ...stop, ...why, until }, type);
        const complaints = complaintsOf('stop', bodyOf(aRow({ aggregate, type, data })));
        expect({ type, complaints }).toEqual({ type, complaints: [] });
      }
    }
    expect(document.channels.stops?.parameters.event?.enum).toEqual([...STOP_EVENTS]);
  });

  it('describes every field of what is told of numbers that come near their rate', () => {
    const told = { id: ID, portfolioId: ID, phoneNumberId: '1', limit: 'throughput', used: 64, allowed: 80, at: NOW };
    const { aggregate, type, data } = noticeOfUtilisation(told);
    expect(type).toBe('utilisation_high');
    expect(complaintsOf('utilisation', bodyOf(aRow({ aggregate, type, data })))).toEqual([]);
  });

  it('describes exactly the headers that the publisher sets', () => {
    const source = textOf('src/messaging/outbox-publisher.worker.ts');
    const set = [...source.matchAll(/'(ce-[a-z]+)':/g)].map(([, name]) => name as string);
    const headers = {
      'ce-specversion': '1.0',
      'ce-id': ID,
      'ce-source': '/heliograph/portfolios/2729063490586005',
      'ce-type': 'io.heliograph.message.delivered.v1',
      'ce-time': '2026-10-01T12:00:00.000Z',
      'ce-subject': ID,
      'ce-datacontenttype': 'application/json',
      'ce-partitionkey': ID,
      'ce-sequence': '3',
      'Nats-Msg-Id': ID,
    };
    expect([...set, 'Nats-Msg-Id'].sort()).toEqual(Object.keys(headers).sort());
    const validate = headerValidator(document);
    expect(validate(headers) ? [] : validate.errors).toEqual([]);
    expect(validate({ ...headers, 'ce-sequence': '0' })).toBe(false);
  });

  it('refuses a body with a field that nobody described, so that this suite can fail', () => {
    const body = bodyOf(aRow({ aggregate: 'message', type: 'expired', data: { surprise: true } }));
    expect(complaintsOf('expired', body)).not.toEqual([]);
  });
});
