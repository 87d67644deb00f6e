import { describe, expect, it } from '@jest/globals';
import { type OutgoingMessage, toGraphPayload } from './graph-payload.js';

const MESSAGE: OutgoingMessage = {
  recipient: '+16505551234',
  recipient_kind: 'phone',
  type: 'text',
  content: { body: 'Hello', preview_url: true },
  context: null,
  envelope: null,
};

describe('what goes to the Graph API', () => {
  it('is the message with the token, and nothing of ours besides', () => {
    expect(JSON.parse(toGraphPayload(MESSAGE, 'w1.token'))).toEqual({
      messaging_product: 'whatsapp',
      recipient_type: 'individual',
      to: '+16505551234',
      type: 'text',
      text: { body: 'Hello', preview_url: true },
      biz_opaque_callback_data: 'w1.token',
    });
  });

  it('names a user without a number by recipient instead of to', () => {
    const payload: unknown = JSON.parse(
      toGraphPayload({ ...MESSAGE, recipient: 'US.1', recipient_kind: 'bsuid' }, 't'),
    );
    expect(payload).toHaveProperty('recipient', 'US.1');
    expect(payload).not.toHaveProperty('to');
  });

  it('names a group and its type, and carries the options of the envelope', () => {
    const payload: unknown = JSON.parse(
      toGraphPayload(
        { ...MESSAGE, recipient: 'Y2Fw', recipient_kind: 'group', envelope: { recipient_identity_key_hash: 'DF2l=' } },
        't',
      ),
    );
    expect(payload).toMatchObject({ recipient_type: 'group', to: 'Y2Fw', recipient_identity_key_hash: 'DF2l=' });
  });

  it('carries the context of an answer and the content under the name of its type', () => {
    const template = { name: 'x', language: { code: 'en' }, components: [{ a: 1 }] };
    const payload: unknown = JSON.parse(
      toGraphPayload({ ...MESSAGE, type: 'template', content: template, context: { message_id: 'wamid.q' } }, 't'),
    );
    expect(payload).toMatchObject({ type: 'template', template, context: { message_id: 'wamid.q' } });
    expect(payload).not.toHaveProperty('text');
  });
});
