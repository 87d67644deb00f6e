import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseGraphError } from './parse-graph-error.js';

describe('parseGraphError', () => {
  it('reads the error of a send', () => {
    const error = {
      message: '(#130429) Rate limit hit',
      type: 'OAuthException',
      code: 130429,
      error_data: { messaging_product: 'whatsapp', details: 'Cloud API message throughput has been reached.' },
      error_subcode: 2494055,
      fbtrace_id: 'Afixture',
    };
    expect(parseGraphError({ error })).toEqual({
      code: 130429,
      subcode: 2494055,
      type: 'OAuthException',
      message: '(#130429) Rate limit hit',
      details: 'Cloud API message throughput has been reached.',
      fbtraceId: 'Afixture',
      isTransient: false,
    });
  });

  it('reads an error that has nothing but a code', () => {
    expect(parseGraphError({ error: { code: 2 } })).toEqual({
      code: 2,
      subcode: null,
      type: null,
      message: '',
      details: null,
      fbtraceId: null,
      isTransient: false,
    });
  });

  it('reads an error beside other keys, and a code written as text', () => {
    const body = { success: false, calls: [], error: { code: '138006', message: 'no', is_transient: true } };
    expect(parseGraphError(body)).toMatchObject({ code: 138006, message: 'no', isTransient: true });
  });

  it.each([
    ['an object', { details: 'why' }, 'why'],
    ['JSON in a text', '{"messaging_product":"whatsapp","details":"why"}', 'why'],
    ['a sentence', 'why', 'why'],
    ['a text that only looks like JSON', '{why', '{why'],
    ['something without details', { blame_field_specs: [['name']] }, 'read me'],
    ['an array', [], 'read me'],
  ])('finds the details when error_data is %s', (_title, errorData, details) => {
    const error = { code: 100, error_data: errorData, error_user_msg: 'read me' };
    expect(parseGraphError({ error })?.details).toBe(details);
  });

  it.each([
    ['nothing', undefined],
    ['a text', 'Bad gateway'],
    ['an accepted message', { messages: [{ id: 'wamid.A' }] }],
    ['an error of another kind', { error: 'invalid_request', error_description: 'no' }],
    ['an error without a code', { error: { message: 'no' } }],
    ['an error with a broken code', { error: { code: 1.5 } }],
    ['a list', [{ error: { code: 1 } }]],
  ])('does not take %s for an error', (_title, body) => {
    expect(parseGraphError(body)).toBeNull();
  });

  it('throws on nothing', () => {
    const errors = fc.record({ code: fc.anything(), error_data: fc.anything(), message: fc.anything() });
    fc.assert(fc.property(fc.oneof(fc.anything(), fc.record({ error: errors })), (body) => void parseGraphError(body)));
  });
});
