import { describe, expect, it } from '@jest/globals';
import type { EventRow } from './events.store.js';
import { toEventView, toMessageView } from './message.views.js';
import type { MessageRow } from './messages.store.js';

const AT = new Date('2026-03-01T10:00:00.000Z');

const ROW: MessageRow = {
  id: 'm',
  pool_id: null,
  phone_number_id: '1',
  recipient: '+16505551234',
  recipient_kind: 'phone',
  type: 'text',
  content: { body: 'x' },
  context: null,
  envelope: null,
  priority: 1,
  fairness_key: '',
  due_at: new Date(0),
  on_unknown: 'hold',
  send_at: null,
  expires_at: AT,
  callback_data: null,
  metadata: null,
  state: 'queued',
  status: null,
  wamid: null,
  accepted_at: AT,
  submitted_at: null,
  held_at: null,
  sent_at: null,
  delivered_at: null,
  read_at: null,
  played_at: null,
  failed_at: null,
  no_status_at: null,
  inferred: false,
  errors: [],
  pricing: null,
  content_erased_at: null,
  attempts: [],
};
const ATTEMPT = {
  number: 1,
  armed_at: '2026-03-01 10:00:00.5+00',
  finished_at: null,
  outcome: 'rejected',
  evidence: 'response',
  http_status: 400,
  error: { code: 131026 },
};

describe('a message as its caller sees it', () => {
  it('has its content under the name of its type, its priority in words and its instants in ISO 8601', () => {
    const view = toMessageView(ROW);
    expect(view).toMatchObject({ type: 'text', text: { body: 'x' }, priority: 'utility', to: '+16505551234' });
    expect(view.expires_at).toBe('2026-03-01T10:00:00.000Z');
    expect(view.send_at).toBeNull();
    expect(view).not.toHaveProperty('recipient');
    expect(view).not.toHaveProperty('context');
  });

  it('names a user without a number by recipient', () => {
    const view = toMessageView({ ...ROW, recipient: 'US.1', recipient_kind: 'bsuid', context: { message_id: 'w' } });
    expect(view).toMatchObject({ recipient: 'US.1', context: { message_id: 'w' } });
    expect(view).not.toHaveProperty('to');
  });

  it('shows why it was rejected beside what Meta reported', () => {
    const reported = { code: 1 };
    const rejected = { ...ROW, state: 'rejected', attempts: [ATTEMPT], errors: [reported] };
    expect(toMessageView(rejected).errors).toEqual([{ code: 131026 }, reported]);
    expect(toMessageView({ ...rejected, state: 'queued' }).errors).toEqual([reported]);
  });

  it('shows its attempts with instants in ISO 8601', () => {
    const [attempt] = toMessageView({ ...ROW, attempts: [ATTEMPT] }).attempts;
    expect(attempt).toMatchObject({ armed_at: '2026-03-01T10:00:00.500Z', finished_at: null });
  });
});

describe('an event as its reader sees it', () => {
  const row: EventRow = {
    seq: 7,
    tx: '900',
    portfolio_id: 'p',
    recorded_at: AT,
    id: 'e',
    aggregate: 'message',
    aggregate_id: 'm',
    type: 'delivered',
    version: 4,
    occurred_at: AT,
    phone_number_id: '1',
    recipient: '+16505551234',
    recipient_kind: 'phone',
    callback_data: 'order-1',
    metadata: { a: 1 },
    data: { wamid: 'wamid.1' },
  };

  it('is a CloudEvent that brings back what the caller gave', () => {
    expect(toEventView(row, '17')).toEqual({
      specversion: '1.0',
      id: 'e',
      source: '/heliograph/portfolios/17',
      type: 'io.heliograph.message.delivered.v1',
      subject: 'm',
      time: '2026-03-01T10:00:00.000Z',
      datacontenttype: 'application/json',
      version: 4,
      data: {
        message_id: 'm',
        phone_number_id: '1',
        to: '+16505551234',
        wamid: 'wamid.1',
        callback_data: 'order-1',
        metadata: { a: 1 },
      },
    });
  });

  it('leaves out what belongs to messages only', () => {
    const notice: EventRow = {
      ...row,
      aggregate: 'account',
      phone_number_id: null,
      callback_data: null,
      metadata: null,
    };
    expect(toEventView(notice, '17').data).toEqual({ wamid: 'wamid.1' });
    const inbound: EventRow = { ...notice, aggregate: 'inbound_message' };
    expect(toEventView(inbound, '17').data).toEqual({ inbound_message_id: 'm', wamid: 'wamid.1' });
  });

  it('names a user without a number by recipient', () => {
    const { data } = toEventView({ ...row, recipient: 'US.1', recipient_kind: 'bsuid' }, '17');
    expect(data).toHaveProperty('recipient', 'US.1');
    expect(data).not.toHaveProperty('to');
  });
});
