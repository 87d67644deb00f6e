import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { GatewayError } from '../core/gateway-error.js';
import { GatewayValidationPipe } from '../platform/http/validation.pipe.js';
import { ListEventsQuery, ListMessagesQuery, MessageIdParam, SendMessageDto } from './messaging.dto.js';

const TEXT = {
  phone_number_id: '106540352242922',
  to: '+1 650 555 1234',
  type: 'text',
  text: { body: 'Hello' },
};
const { text: _text, ...ADDRESSED } = TEXT;
const template = (more: object = {}): object => ({
  ...ADDRESSED,
  type: 'template',
  template: { name: 'order_update', language: { code: 'en_US' }, ...more },
});

const pipe = new GatewayValidationPipe();

/** Pointers to everything that is wrong; empty when nothing is. */
async function wrongWith(value: unknown, metatype: new () => object = SendMessageDto): Promise<string[]> {
  try {
    const read: unknown = await pipe.transform(value, { type: 'body', metatype });
    expect(read).toBeInstanceOf(metatype);
    return [];
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    expect(error.code).toBe('invalid_request');
    return [...new Set(error.errors.map((e) => e.pointer))];
  }
}

const pairs = (count: number): Record<string, string> => ({ k: 'x'.repeat(count - '{"k":""}'.length) });

describe('a message', () => {
  it.each<[string, object]>([
    ['a text', TEXT],
    ['a template', template()],
    ['to a user without a number', { ...TEXT, to: undefined, recipient: 'US.13491208655302741918' }],
    [
      'with every option',
      {
        ...TEXT,
        text: { body: 'x', preview_url: true },
        context: { message_id: 'wamid.x' },
        priority: 'authentication',
        on_unknown: 'resend',
        send_at: '2030-01-01T10:00:00Z',
        expires_at: '2030-01-02T10:00:00+09:00',
        callback_data: 'order-1',
        metadata: { any: ['thing'] },
      },
    ],
    ['with a body of 1 character', { ...TEXT, text: { body: 'x' } }],
    ['with a body of 4,096 characters', { ...TEXT, text: { body: '한'.repeat(4096) } }],
    ['with a body of 4,096 characters beyond the basic plane', { ...TEXT, text: { body: '😀'.repeat(4096) } }],
    ['from a number with an id of 32 digits', { ...TEXT, phone_number_id: '1'.repeat(32) }],
    ['with callback data of 512 characters', { ...TEXT, callback_data: 'x'.repeat(512) }],
    ['with metadata of 4,096 bytes', { ...TEXT, metadata: pairs(4096) }],
    ['with a context of 128 characters', { ...TEXT, context: { message_id: 'x'.repeat(128) } }],
    ['with a template name of 512 characters', template({ name: 'x'.repeat(512) })],
    ['with 20 components', template({ components: Array.from({ length: 20 }, () => ({ type: 'body' })) })],
    ['in a language with a script', template({ language: { code: 'zh_Hant_TW', policy: 'deterministic' } })],
  ])('is good: %s', async (_, message) => {
    expect(await wrongWith(message)).toEqual([]);
  });

  it.each<[string, unknown, string[]]>([
    ['without anything', {}, ['/phone_number_id', '/to', '/type']],
    ['that is no object', 'text', ['/phone_number_id', '/to', '/type']],
    ['that is null', null, ['/phone_number_id', '/to', '/type']],
    ['with an unknown field', { ...TEXT, sendAt: 'x' }, ['/sendAt']],
    ['with an unknown field inside', { ...TEXT, text: { body: 'x', bold: true } }, ['/text/bold']],
    ['from no id of Meta', { ...TEXT, phone_number_id: '12a' }, ['/phone_number_id']],
    ['from a number for an id', { ...TEXT, phone_number_id: 12 }, ['/phone_number_id']],
    ['from an id of 33 digits', { ...TEXT, phone_number_id: '1'.repeat(33) }, ['/phone_number_id']],
    ['to a national number', { ...TEXT, to: '650 555 1234' }, ['/to']],
    ['to a list', { ...TEXT, to: ['+16505551234'] }, ['/to']],
    ['to nobody', { ...TEXT, to: undefined }, ['/to']],
    ['to two', { ...TEXT, recipient: 'US.1' }, ['/recipient']],
    ['to no user id', { ...TEXT, to: undefined, recipient: 'US' }, ['/recipient']],
    ['of an unknown type', { ...TEXT, type: 'fax' }, ['/type']],
    ['of a type that every object has', { ...TEXT, type: 'constructor' }, ['/type']],
    ['without the content of its type', ADDRESSED, ['/type']],
    ['with the content of another type too', { ...template(), text: { body: 'x' } }, ['/type']],
    ['with a text for its content', { ...TEXT, text: 'x' }, ['/text']],
    ['with a list for its content', { ...TEXT, text: [{ body: 'x' }] }, ['/text']],
    ['with an empty body', { ...TEXT, text: { body: '' } }, ['/text/body']],
    ['with a body of 4,097 characters', { ...TEXT, text: { body: 'x'.repeat(4097) } }, ['/text/body']],
    ['with a number for a body', { ...TEXT, text: { body: 5 } }, ['/text/body']],
    ['with U+0000 in its body', { ...TEXT, text: { body: 'a\u0000' } }, ['/text/body']],
    ['with half a character in its metadata', { ...TEXT, metadata: { a: ['\ud83d'] } }, ['/metadata/a/0']],
    ['with a preview that is no boolean', { ...TEXT, text: { body: 'x', preview_url: 'yes' } }, ['/text/preview_url']],
    ['with callback data of 513 characters', { ...TEXT, callback_data: 'x'.repeat(513) }, ['/callback_data']],
    ['with metadata of 4,097 bytes', { ...TEXT, metadata: pairs(4097) }, ['/metadata']],
    [
      'with metadata of 4,097 bytes in fewer characters',
      { ...TEXT, metadata: { k: '한'.repeat(1363) } },
      ['/metadata'],
    ],
    ['with a list for metadata', { ...TEXT, metadata: ['a'] }, ['/metadata']],
    [
      'with a context of 129 characters',
      { ...TEXT, context: { message_id: 'x'.repeat(129) } },
      ['/context/message_id'],
    ],
    ['with an unknown priority', { ...TEXT, priority: 'urgent' }, ['/priority']],
    ['with an unknown policy', { ...TEXT, on_unknown: 'retry' }, ['/on_unknown']],
    ['with a template name of 513 characters', template({ name: 'x'.repeat(513) }), ['/template/name']],
    ['with a template name in capitals', template({ name: 'Order' }), ['/template/name']],
    ['without a language', template({ language: undefined }), ['/template/language']],
    ['in a language that is none', template({ language: { code: 'English' } }), ['/template/language/code']],
    ['with 21 components', template({ components: Array.from({ length: 21 }, () => ({})) }), ['/template/components']],
    ['with a component that is none', template({ components: ['body'] }), ['/template/components/0']],
    ['with two mistakes', { ...TEXT, to: '1', priority: 'x' }, ['/to', '/priority']],
  ])('is refused %s', async (_, message, pointers) => {
    expect((await wrongWith(message)).sort()).toEqual([...pointers].sort());
  });

  it.each(['send_at', 'expires_at'])('is refused with %s that is no day of the calendar', async (field) => {
    for (const at of ['tomorrow', '2030-02-30T10:00:00Z', '2030-13-01T10:00:00Z', '', 5]) {
      expect(await wrongWith({ ...TEXT, [field]: at })).toEqual([`/${field}`]);
    }
  });

  it.each(['2030-W01', '20300101T100000Z', '2030-01-01T10:00:00,5Z', '2030-01-01T10'])(
    'is refused with an instant that nobody can read: %s',
    async (at) => {
      expect(await wrongWith({ ...TEXT, send_at: at })).toEqual(['/send_at']);
    },
  );

  it.each(['2030-01-01T10:00:00', '2030-01-01', '2030'])(
    'is refused with a time that is another instant in every time zone: %s',
    async (at) => {
      expect(await wrongWith({ ...TEXT, expires_at: at })).toEqual(['/expires_at']);
    },
  );

  it('does not repeat a phone number or a body in its error', async () => {
    const message = { ...TEXT, to: '06505551234', text: { body: 'CANARY'.repeat(1000) } };
    await expect(pipe.transform(message, { type: 'body', metatype: SendMessageDto })).rejects.toThrow(
      expect.objectContaining({ message: expect.not.stringMatching(/CANARY|6505551234/) }),
    );
  });
});

describe('a query', () => {
  it.each<[new () => object, object, string[]]>([
    [ListMessagesQuery, {}, []],
    [ListMessagesQuery, { page_size: '1' }, []],
    [ListMessagesQuery, { page_size: '1000' }, []],
    [ListMessagesQuery, { page_size: '0' }, ['/page_size']],
    [ListMessagesQuery, { page_size: '1001' }, ['/page_size']],
    [ListMessagesQuery, { page_size: '1.5' }, ['/page_size']],
    [ListMessagesQuery, { page_size: 'x' }, ['/page_size']],
    [ListMessagesQuery, { state: 'queued', status: 'read' }, []],
    [ListMessagesQuery, { state: 'read', status: 'queued' }, ['/state', '/status']],
    [ListMessagesQuery, { page_token: 'x'.repeat(201) }, ['/page_token']],
    [ListMessagesQuery, { wamid: ['a', 'b'] }, ['/wamid']],
    [ListEventsQuery, { limit: '1000' }, []],
    [ListEventsQuery, { limit: '1001' }, ['/limit']],
    [ListEventsQuery, { limit: '0' }, ['/limit']],
    [MessageIdParam, { id: '0190a5b2-7c4d-7e1f-8a2b-3c4d5e6f7081' }, []],
    [MessageIdParam, { id: '1' }, ['/id']],
  ])('of %p with %j has these faults: %j', async (metatype, query, pointers) => {
    expect(await wrongWith(query, metatype)).toEqual(pointers);
  });
});
