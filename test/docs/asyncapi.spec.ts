import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { EVENT_STREAM, EVENT_SUBJECTS, eventSubject } from '../../src/contracts/subjects.js';
import type { EventRow } from '../../src/messaging/events.store.js';
import { toEventView } from '../../src/messaging/message.views.js';
import { type AsyncApiDocument, headerValidator, payloadValidators, readAsyncApi } from './asyncapi-document.js';
import { entriesOfMessages, noticesOf } from './published-events.js';
import { ROOT, textOf } from './repository.js';

/** What a message is told of when it is accepted: the first entry is written by the statement that stores it. */
const FIRST_ENTRIES = ['queued', 'scheduled'];

const ID = '0198a000-0000-7000-8000-000000000002';

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
    occurred_at: new Date('2026-10-01T12:00:00Z'),
    recorded_at: new Date('2026-10-01T12:00:00Z'),
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
    expect(Object.values(document.channels).map((channel) => channel.address)).toEqual([
      address('message', '{event}'),
      address('inbound_message', 'received'),
      address('account', '{field}'),
    ]);
    for (const { address: a } of Object.values(document.channels)) {
      expect(a.startsWith(EVENT_SUBJECTS.replace('>', ''))).toBe(true);
    }
    expect(textOf('src/contracts/asyncapi.yaml')).toContain(`stream \`${EVENT_STREAM}\``);
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
