import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { META_ERRORS } from '../meta-errors/meta-error-table.js';
import { classifyOutcome, type OutcomeKind, type SendResult } from './classify-outcome.js';

const failure = (code: string): SendResult => ({ kind: 'failure', code });
const answer = (httpStatus: number, body?: unknown): SendResult => ({ kind: 'answer', httpStatus, body });
const graphError = (code: unknown, more: object = {}): object => ({ error: { code, message: 'm', ...more } });
const ACCEPTED = { messages: [{ id: 'wamid.1', message_status: 'accepted' }], contacts: [{ wa_id: '16505551234' }] };

/** The table of outcome classes, signal by signal: what each may cost is written beside it in the guarantees. */
const TABLE: ReadonlyArray<readonly [kind: OutcomeKind, signal: string, result: SendResult]> = [
  ...[
    'ENOTFOUND',
    'EAI_AGAIN',
    'ECONNREFUSED',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'EADDRNOTAVAIL',
    'UND_ERR_CONNECT_TIMEOUT',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'CERT_HAS_EXPIRED',
    'CERT_NOT_YET_VALID',
    'LEASE_LOST',
    'NO_ACCESS_TOKEN',
    'NEVER_DISPATCHED',
  ].map((code) => ['not_sent', code, failure(code)] as const),
  ...[
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    'UND_ERR_SOCKET',
    'UND_ERR_HEADERS_TIMEOUT',
    'UND_ERR_BODY_TIMEOUT',
    'UND_ERR_ABORTED',
    'HPE_INVALID_CONSTANT',
    'UND_ERR_RESPONSE_EXCEEDED',
    '',
    'SOMETHING_NEW',
    'constructor',
  ].map((code) => ['unknown', code, failure(code)] as const),
  ...[4, 80007, 130429, 131056, 131057, 131016, 133004].map(
    (code) => ['rejected_retry', `Graph error ${code}`, answer(400, graphError(code))] as const,
  ),
  ...[1, 2, 131000].map((code) => ['unknown', `Graph error ${code}`, answer(500, graphError(code))] as const),
  ...[100, 131026, 131047, 132001, 200].map(
    (code) => ['rejected', `Graph error ${code}`, answer(400, graphError(code))] as const,
  ),
  ['rejected', 'a Graph error inside a 200', answer(200, graphError(131026))],
  ['rejected', 'a permanent Graph error with 500', answer(500, graphError(131045))],
  ['rejected', 'an unlisted Graph error with 400', answer(400, graphError(987654))],
  ['unknown', 'an unlisted Graph error with 500', answer(500, graphError(987654))],
  ['rejected_retry', 'a rate limit with 500', answer(500, graphError(130429))],
  ['rejected_retry', 'a bare 429', answer(429)],
  ['accepted', 'a 200 with a message id', answer(200, ACCEPTED)],
  ['accepted', 'a 299 with a message id', answer(299, ACCEPTED)],
  ['unknown', 'a 200 without JSON', answer(200)],
  ['unknown', 'a 200 without a message', answer(200, { messages: [] })],
  ['unknown', 'a 200 without a message id', answer(200, { messages: [{}] })],
  ['unknown', 'a 200 with an empty message id', answer(200, { messages: [{ id: '' }] })],
  ['unknown', 'a 200 with a number for a message id', answer(200, { messages: [{ id: 7 }] })],
  ['unknown', 'a 200 with a list that is none', answer(200, { messages: { 0: { id: 'wamid.1' } } })],
  ['unknown', 'a 199 with a message id', answer(199, ACCEPTED)],
  ['unknown', 'a redirect with a message id', answer(300, ACCEPTED)],
  ['unknown', 'a bare 400', answer(400)],
  ['unknown', 'a bare 500', answer(500)],
  ['unknown', 'a page of HTML with 502', answer(502)],
  ['unknown', 'an error without a code', answer(400, { error: { message: 'no' } })],
  ['unknown', 'an error that is a text', answer(400, { error: 'no' })],
];

describe('an attempt', () => {
  it.each(TABLE)('is %s after %s', (kind, _, result) => {
    expect(classifyOutcome(result).kind).toBe(kind);
  });

  it('is what the table of errors says for every code in it, whatever the HTTP status', () => {
    const kindOf = { rejected: 'rejected', retry: 'rejected_retry', unknown: 'unknown' } as const;
    for (const [code, row] of Object.entries(META_ERRORS)) {
      for (const httpStatus of [200, 400, 403, 429, 500, 503]) {
        expect(classifyOutcome(answer(httpStatus, graphError(Number(code)))).kind).toBe(kindOf[row.onSend]);
      }
    }
  });

  it('is judged whatever came back, and never by a throw', () => {
    const kinds = ['accepted', 'rejected', 'rejected_retry', 'not_sent', 'unknown'];
    const anything = fc.anything({ withDate: true, withMap: true, withNullPrototype: true, withBigInt: true });
    const body = fc.oneof(
      anything,
      fc.record({ error: anything }),
      fc.record({ error: fc.record({ code: anything, message: anything, error_data: anything }) }),
      fc.record({ messages: fc.array(anything), contacts: anything }),
    );
    const anyResult: fc.Arbitrary<SendResult> = fc.oneof(
      fc.record({ kind: fc.constant('answer' as const), httpStatus: fc.integer({ min: 0, max: 999 }), body }),
      fc.record({ kind: fc.constant('failure' as const), code: fc.string() }),
    );
    fc.assert(
      fc.property(anyResult, (result) => {
        const outcome = classifyOutcome(result);
        expect(kinds).toContain(outcome.kind);
        // Certainty needs words of Meta's own; nothing random may look like them.
        if (outcome.kind === 'accepted') {
          expect(result.kind === 'answer' && result.httpStatus >= 200 && result.httpStatus < 300).toBe(true);
          expect(outcome.wamid).not.toBe('');
        }
        if (outcome.kind === 'not_sent') expect(result.kind).toBe('failure');
      }),
      { numRuns: 1000 },
    );
  });
});

describe('what is kept of an acceptance', () => {
  it('is the wamid and the recipient as Meta wrote it', () => {
    expect(classifyOutcome(answer(200, ACCEPTED))).toEqual({
      kind: 'accepted',
      wamid: 'wamid.1',
      waId: '16505551234',
      held: false,
    });
  });

  it('is that Meta holds the message back', () => {
    const body = { messages: [{ id: 'wamid.1', message_status: 'held_for_quality_assessment' }] };
    expect(classifyOutcome(answer(200, body))).toMatchObject({ kind: 'accepted', held: true, waId: null });
  });

  it.each([[undefined], [[]], [[null]], [[{}]], [[{ wa_id: 5 }]], ['text']])('is no recipient from %j', (contacts) => {
    expect(classifyOutcome(answer(200, { ...ACCEPTED, contacts }))).toMatchObject({ kind: 'accepted', waId: null });
  });
});

describe('what is kept of a refusal', () => {
  it("is Meta's own words and the reaction from the table", () => {
    const error = {
      code: 131026,
      error_subcode: 33,
      message: '(#131026) Undeliverable',
      error_data: { details: 'why' },
      fbtrace_id: 'trace',
    };
    const outcome = classifyOutcome(answer(400, { error }));
    expect(outcome).toMatchObject({
      kind: 'rejected',
      error: { code: 131026, subcode: 33, title: '(#131026) Undeliverable', details: 'why', fbtrace_id: 'trace' },
    });
    expect(outcome).toHaveProperty('reaction', META_ERRORS[131026]);
  });

  it('is the title of the table when Meta gave no message', () => {
    const outcome = classifyOutcome(answer(400, { error: { code: 131026 } }));
    expect(outcome).toHaveProperty('error.title', META_ERRORS[131026]?.title);
  });

  it('is the reaction to a rate limit for a bare 429', () => {
    const outcome = classifyOutcome(answer(429));
    expect(outcome).toHaveProperty('reaction', META_ERRORS[130429]);
    expect(outcome).toHaveProperty('error.title', 'HTTP 429');
  });

  it('is the code of the failure when nobody answered', () => {
    expect(classifyOutcome(failure('ECONNREFUSED'))).toEqual({
      kind: 'not_sent',
      error: { code: null, subcode: null, title: 'ECONNREFUSED', details: null, fbtrace_id: null },
    });
  });

  it('is the HTTP status when the answer said nothing', () => {
    expect(classifyOutcome(answer(502))).toHaveProperty('error.title', 'HTTP 502 without a Graph error');
    expect(classifyOutcome(answer(200))).toHaveProperty('error.title', 'HTTP 200 without a message id');
  });
});
