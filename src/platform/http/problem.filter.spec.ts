import { describe, expect, it } from '@jest/globals';
import { HttpException, NotFoundException } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { GatewayError } from '../../core/gateway-error.js';
import { toGatewayError } from '../transport/to-gateway-error.js';
import { sendProblem } from './problem.filter.js';

/** What would go out. */
function sent(error: GatewayError): { status: number; headers: Record<string, string>; body: unknown } {
  const out = { status: 0, headers: {} as Record<string, string>, body: null as unknown };
  const reply = {
    header(name: string, value: string) {
      out.headers[name] = value;
      return reply;
    },
    status(status: number) {
      out.status = status;
      return reply;
    },
    send(text: string) {
      out.body = JSON.parse(text);
      return reply;
    },
  };
  sendProblem(reply as unknown as FastifyReply, error);
  return out;
}

describe('whatever is thrown', () => {
  it('stays what it is when it is ours', () => {
    const error = new GatewayError('not_found', 'd');
    expect(toGatewayError(error)).toBe(error);
  });

  it('is unavailable, to be tried again, when the database is away', () => {
    const cause = Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
    expect(toGatewayError(cause)).toMatchObject({ code: 'unavailable', retryAfterMs: 1000, cause });
  });

  it.each([
    [400, 'invalid_request'],
    [401, 'unauthenticated'],
    [403, 'forbidden'],
    [404, 'not_found'],
    [413, 'payload_too_large'],
    [415, 'unsupported_media_type'],
    [418, 'invalid_request'],
    [429, 'too_many_requests'],
  ])('is with HTTP status %i of the framework %s, with its sentence', (status, code) => {
    expect(toGatewayError(new HttpException('sentence', status))).toMatchObject({ code, detail: 'sentence' });
    const fastify = Object.assign(new Error('sentence'), { statusCode: status });
    expect(toGatewayError(fastify)).toMatchObject({ code, detail: 'sentence' });
  });

  it('is not found when Nest finds no handler', () => {
    expect(toGatewayError(new NotFoundException('Cannot GET /x')).code).toBe('not_found');
  });

  it.each([
    [new Error('CANARY')],
    [new HttpException('CANARY', 500)],
    [Object.assign(new Error('CANARY'), { statusCode: 302 })],
    ['CANARY'],
    [null],
    [undefined],
  ])('is internal and keeps its words for the log: %p', (thrown) => {
    const error = toGatewayError(thrown);
    expect(error.code).toBe('internal');
    expect(error.detail).not.toContain('CANARY');
    expect(error.cause).toBe(thrown);
  });
});

describe('the answer to an error', () => {
  it('is a problem document with its status', () => {
    expect(sent(new GatewayError('not_found', 'gone'))).toEqual({
      status: 404,
      headers: { 'content-type': 'application/problem+json' },
      body: expect.objectContaining({ code: 'not_found', status: 404, detail: 'gone' }),
    });
  });

  it('says in whole seconds when to come again, and never too early', () => {
    expect(sent(new GatewayError('unavailable', 'd', { retryAfterMs: 1001 })).headers['retry-after']).toBe('2');
  });

  it('says how to authenticate', () => {
    expect(sent(new GatewayError('unauthenticated', 'd')).headers['www-authenticate']).toBe('Bearer');
  });
});
