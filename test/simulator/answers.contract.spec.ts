import { afterEach, describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { DEFAULTS } from '../../simulator/assets/platform-state.js';
import { GOOD_MESSAGES, messageOf, templateOf } from '../../simulator/testing/messages.js';
import { startTestSimulator, stopAll, text } from '../../simulator/testing/started-simulator.js';
import { metaOpenApi } from './meta-openapi.js';

afterEach(stopAll);

const PHONE = DEFAULTS.phoneNumberId;
const ajv = new Ajv2020();
const words = { type: 'string', minLength: 1 };
const exactly = (properties: Record<string, unknown>, required = Object.keys(properties)) => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required,
});

/** Our own copies of the shapes (cloud-api.md §1.2, §5), narrower than Meta's: nothing may be in an answer that is not here. */
const ANSWER = ajv.compile(
  exactly(
    {
      messaging_product: { const: 'whatsapp' },
      contacts: {
        type: 'array',
        minItems: 1,
        maxItems: 1,
        items: exactly({ input: words, wa_id: words, user_id: words }, ['input']),
      },
      messages: {
        type: 'array',
        minItems: 1,
        maxItems: 1,
        items: exactly(
          {
            id: { type: 'string', pattern: '^wamid\\.', maxLength: 128 },
            group_id: words,
            message_status: { enum: ['accepted', 'held_for_quality_assessment', 'paused'] },
          },
          ['id'],
        ),
      },
      success: { const: true },
    },
    ['messaging_product', 'contacts', 'messages'],
  ),
);
const REFUSAL = ajv.compile(
  exactly({
    error: exactly(
      {
        message: { type: 'string', pattern: '^(\\(#\\d+\\) )?.+' },
        type: { enum: ['OAuthException', 'GraphMethodException'] },
        code: { type: 'integer' },
        error_subcode: { type: 'integer' },
        error_data: exactly({ messaging_product: { const: 'whatsapp' }, details: words }),
        error_user_title: words,
        error_user_msg: words,
        fbtrace_id: words,
      },
      ['message', 'type', 'code', 'fbtrace_id'],
    ),
  }),
);

const openApi = metaOpenApi();
const asMeta = (schema: string, body: unknown) => (openApi ? openApi(schema, body) : []);
const where = openApi ? 'and of Meta’s OpenAPI' : '[Meta’s OpenAPI is not on this machine: ONLY OURS CHECKED]';

describe('an answer', () => {
  it(`to a message of any kind has the documented shape ${where}`, async () => {
    const { simulator } = await startTestSimulator({ mps: 1000 });
    for (const [kind, body] of Object.entries(GOOD_MESSAGES)) {
      const answer = await simulator.send(body);
      expect({ kind, ok: ANSWER(answer.body), wrong: asMeta('MessageResponsePayload', answer.body) }).toEqual({
        kind,
        ok: true,
        wrong: [],
      });
    }
  });

  it('of another shape would be noticed', () => {
    expect(ANSWER({ messaging_product: 'whatsapp', contacts: [], messages: [] })).toBe(false);
    if (openApi)
      expect(openApi('MessageResponsePayload', { messages: [{ id: 7 }] })).toEqual(['/messages/0/id must be string']);
  });

  it(`to a marketing message has the documented shape ${where}`, async () => {
    const { simulator } = await startTestSimulator();
    const { body } = await simulator.call('POST', `/v25.0/${PHONE}/marketing_messages`, templateOf());
    expect({ ok: ANSWER(body), wrong: asMeta('MarketingMessageResponsePayload', body) }).toEqual({
      ok: true,
      wrong: [],
    });
  });

  it(`to a read receipt has the documented shape ${where}`, async () => {
    const { simulator } = await startTestSimulator();
    const { body } = await simulator.send({ messaging_product: 'whatsapp', status: 'read', message_id: 'wamid.A' });
    expect(body).toEqual({ success: true });
    expect(asMeta('MarkMessageResponsePayload', body)).toEqual([]);
  });

  it.each<[string, unknown, number, number, unknown?]>([
    ['a bad form', messageOf('text', {}), 400, 131008],
    ['a template that is missing', templateOf(), 404, 132001, { strict_templates: true }],
    ['a locked account', text('+16505551234'), 403, 131031, { refused: { [PHONE]: 131031 } }],
    ['maintenance', text('+16505551234'), 500, 131057, { refused: { [PHONE]: 131057 } }],
    ['a foreign recipient', text('+16505551234'), 400, 131030, { refused: { [PHONE]: 131030 } }],
  ])('of refusal has the documented shape and status: %s', async (_, body, status, code, behaviour = {}) => {
    const { simulator } = await startTestSimulator({ scenario: { behaviour } });
    const answer = await simulator.send(body);
    expect(answer).toMatchObject({ status, body: { error: { code, error_data: { details: expect.any(String) } } } });
    expect({ ok: REFUSAL(answer.body), errors: REFUSAL.errors }).toEqual({ ok: true, errors: null });
  });
});
