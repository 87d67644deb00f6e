import { describe, expect, it } from '@jest/globals';
import { GATEWAY_ERRORS, GatewayError, type GatewayErrorCode, toProblem } from './gateway-error.js';

const CODES = Object.keys(GATEWAY_ERRORS) as GatewayErrorCode[];

describe('an error of ours', () => {
  it.each(CODES)('has with code %s a status of its class on every wire', (code) => {
    const { row } = new GatewayError(code, 'd');
    expect(row).toBe(GATEWAY_ERRORS[code]);
    expect(row.http).toBeGreaterThanOrEqual(400);
    expect(row.http).toBeLessThan(600);
    expect(row.grpc).toBeGreaterThanOrEqual(1);
    expect(row.grpc).toBeLessThanOrEqual(16);
    expect(row.title).not.toBe('');
  });

  it('may be tried again only when we or Meta were busy, the same was running, or time ran out', () => {
    expect(CODES.filter((code) => GATEWAY_ERRORS[code].retryable).sort()).toEqual([
      'already_running',
      'deadline_exceeded',
      'meta_unavailable',
      'too_many_requests',
      'unavailable',
    ]);
  });

  it('keeps its cause for the log', () => {
    const cause = new Error('why');
    expect(new GatewayError('internal', 'd', { cause }).cause).toBe(cause);
    expect('cause' in new GatewayError('internal', 'd')).toBe(false);
  });
});

describe('a problem document', () => {
  it('says everything that the caller may know, and the cause is not among it', () => {
    const error = new GatewayError('invalid_request', 'body is too long', {
      errors: [{ pointer: '/text/body', detail: 'too long' }],
      retryAfterMs: 1500,
      cause: new Error('secret'),
    });
    expect(toProblem(error)).toEqual({
      type: 'urn:heliograph:error:invalid_request',
      title: 'The request is not valid',
      status: 400,
      detail: 'body is too long',
      code: 'invalid_request',
      retryable: false,
      retry_after_ms: 1500,
      errors: [{ pointer: '/text/body', detail: 'too long' }],
    });
  });

  it('leaves out what does not apply', () => {
    expect(Object.keys(toProblem(new GatewayError('not_found', 'd')))).toEqual([
      'type',
      'title',
      'status',
      'detail',
      'code',
      'retryable',
    ]);
  });
});
