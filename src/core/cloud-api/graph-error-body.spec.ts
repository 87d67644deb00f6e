import { describe, expect, it } from '@jest/globals';
import { GATEWAY_ERRORS, GatewayError, type GatewayErrorCode } from '../gateway-error.js';
import { parseGraphError } from '../meta-errors/parse-graph-error.js';
import { endedUnsent, repeatGraphError, toGraphError, unknownObject, unknownPath } from './graph-error-body.js';

const TRACE = 'AbCdEfGhIjKlMnOpQrStUvW';
const invalid = (pointer: string, detail: string) =>
  new GatewayError('invalid_request', detail, { errors: [{ pointer, detail }] });

describe('an error of ours', () => {
  it('is one of Graph’s in every case', () => {
    for (const code of Object.keys(GATEWAY_ERRORS) as GatewayErrorCode[]) {
      const { status, body } = toGraphError(new GatewayError(code, 'Because.'), {}, TRACE);
      expect(parseGraphError(body)).toMatchObject({ type: 'OAuthException', details: 'Because.', fbtraceId: TRACE });
      expect(status >= 500).toBe(GATEWAY_ERRORS[code].http >= 500);
    }
  });

  it.each([
    ['/to', { text: {} }, 131008],
    ['/text/body', { text: {} }, 131008],
    ['/text/body', { text: { body: '' } }, 131009],
    ['/to', { to: null }, 131009],
  ])('names the field %s of %j with the code %d', (pointer, request, code) => {
    const { status, body } = toGraphError(invalid(pointer, 'x must be y'), request, TRACE);
    expect({ status, code: body.error.code }).toEqual({ status: 400, code });
    expect(body.error.message).toContain(`(#${code})`);
    expect(body.error.error_data?.details).toBe(`${pointer.slice(1).replace('/', '.')}: x must be y`);
  });

  it('calls a field that nobody knows an invalid parameter', () => {
    const error = invalid('/template/languge', 'property languge should not exist');
    expect(toGraphError(error, { template: { languge: 1 } }, TRACE).body.error).toMatchObject({
      code: 100,
      message: '(#100) Invalid parameter',
      error_data: { details: 'template.languge: property languge should not exist' },
    });
  });
});

describe('an error of Meta’s', () => {
  const error = { code: 131026, subcode: 7, title: '(#131026) Message undeliverable', details: 'd', fbtrace_id: 'T' };

  it('is repeated with its code, its words and its trace', () => {
    expect(repeatGraphError(error, 400, TRACE)).toEqual({
      status: 400,
      body: {
        error: {
          message: '(#131026) Message undeliverable',
          type: 'OAuthException',
          code: 131026,
          error_subcode: 7,
          error_data: { messaging_product: 'whatsapp', details: 'd' },
          fbtrace_id: 'T',
        },
      },
    });
  });

  it('is an error also when it came with HTTP 200, and when it had no code', () => {
    expect(repeatGraphError(error, 200, TRACE).status).toBe(400);
    expect(repeatGraphError({ ...error, code: null, fbtrace_id: null }, null, TRACE)).toMatchObject({
      status: 500,
      body: { error: { code: 131000, fbtrace_id: TRACE } },
    });
  });
});

it('does not say whether a foreign object exists', () => {
  expect(unknownObject('POST', '1', TRACE).body.error).toMatchObject({
    message: expect.stringContaining("Unsupported post request. Object with ID '1' does not exist"),
    type: 'GraphMethodException',
    code: 100,
    error_subcode: 33,
  });
});

it('has Graph’s words for a path that is not there and for a message that ended unsent', () => {
  expect(unknownPath('/a/b', TRACE).body.error).toMatchObject({ code: 2500, message: 'Unknown path components: /a/b' });
  expect(endedUnsent('cancelled', TRACE)).toMatchObject({ status: 500, body: { error: { code: 131000 } } });
});
