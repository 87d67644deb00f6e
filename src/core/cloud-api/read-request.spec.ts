import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { GatewayError } from '../gateway-error.js';
import { readCloudApiRequest } from './read-request.js';

const PHONE = '106540352242922';
const read = (body: unknown) => readCloudApiRequest(PHONE, body);
const message = (body: object) => {
  const request = read({ messaging_product: 'whatsapp', ...body });
  return request.kind === 'send' ? request.message : null;
};

describe('a message of a Cloud API client', () => {
  it('keeps the id of a group as it is', () => {
    const group = { recipient_type: 'group', to: '(Y2Fw-1)', type: 'text', text: { body: 'Hi' } };
    expect(readCloudApiRequest('1', { messaging_product: 'whatsapp', ...group })).toMatchObject({ message: group });
  });

  it('becomes the message that POST /v1/messages takes', () => {
    const context = { message_id: 'wamid.X' };
    const body = { to: '+16505551234', type: 'text', text: { body: 'Hi' }, context };
    expect(message({ ...body, biz_opaque_callback_data: 'mine' })).toEqual({
      phone_number_id: PHONE,
      to: '+16505551234',
      type: 'text',
      text: { body: 'Hi' },
      context,
      callback_data: 'mine',
    });
  });

  it('is text when it does not say what it is', () => {
    expect(message({ to: '+16505551234', text: { body: 'Hi' } })).toMatchObject({ type: 'text' });
  });

  it.each([
    ['16505551234', '+16505551234'],
    ['+1 (650) 555-1234', '+16505551234'],
    ['1 650 555 1234', '+16505551234'],
    ['not a number', 'notanumber'],
  ])('goes to %j as %j', (given, to) => {
    expect(message({ to: given })).toMatchObject({ to });
  });

  it('keeps the id of a group as it is', () => {
    expect(message({ recipient_type: 'group', to: '120363' })).toMatchObject({ to: '120363', recipient_type: 'group' });
  });

  it('goes to the phone number when a user id is given as well', () => {
    expect(message({ to: '16505551234', recipient: 'US.1' })).not.toHaveProperty('recipient');
    expect(message({ recipient: 'US.1' })).toMatchObject({ recipient: 'US.1' });
  });

  it('may carry its content as JSON text, and as nonsense that the rules refuse', () => {
    expect(message({ to: '1', text: '{"body":"Hi"}' })).toMatchObject({ text: { body: 'Hi' } });
    expect(message({ to: '1', text: '{"body"' })).toMatchObject({ text: '{"body"' });
  });

  it('leaves out what is null, as clients write what they do not set', () => {
    expect(message({ to: '1', context: null, biz_opaque_callback_data: null })).toEqual({
      phone_number_id: PHONE,
      type: 'text',
      to: '+1',
    });
  });

  it.each([
    [null, []],
    [[], []],
    ['text', []],
    [{}, ['/messaging_product']],
    [{ messaging_product: 'sms' }, ['/messaging_product']],
    [{ messaging_product: 'whatsapp', metadata: { drop_in: false } }, ['/metadata']],
    [{ messaging_product: 'whatsapp', phone_number_id: '1' }, ['/phone_number_id']],
    [{ messaging_product: 'whatsapp', status: 'delivered' }, ['/status']],
    [{ messaging_product: 'whatsapp', status: 'read' }, ['/message_id']],
    [{ messaging_product: 'whatsapp', status: 'read', message_id: 'x'.repeat(129) }, ['/message_id']],
    [{ messaging_product: 'whatsapp', status: 'read', message_id: 'wamid.\u0000' }, ['/message_id']],
  ])('is refused as %j, naming what is wrong', (body, pointers) => {
    expect.assertions(2);
    try {
      read(body);
    } catch (error) {
      expect(error).toBeInstanceOf(GatewayError);
      expect((error as GatewayError).errors.map((e) => e.pointer)).toEqual(pointers);
    }
  });

  it('is read or refused, and nothing else, whatever comes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        for (const body of [json, { ...(json as object), messaging_product: 'whatsapp' }]) {
          try {
            expect(['send', 'read']).toContain(read(body).kind);
          } catch (error) {
            expect(error).toMatchObject({ code: 'invalid_request' });
          }
        }
      }),
    );
  });
});

describe('a read receipt', () => {
  it('keeps what Meta knows, the typing indicator too, and nothing else', () => {
    const body = { messaging_product: 'whatsapp', status: 'read', message_id: 'wamid.X' };
    const typing = { typing_indicator: { type: 'text' } };
    expect(read({ ...body, ...typing, more: 1 })).toEqual({ kind: 'read', receipt: { ...body, ...typing } });
    expect(read({ ...body, typing_indicator: null })).toEqual({ kind: 'read', receipt: body });
  });
});
