import { expect, it } from '@jest/globals';
import { filledIn, printedRequests } from '../testing/printed-requests.js';
import { readMessage, readReceiptProblem } from './message.js';
import { isProblem } from './problem.js';

const printed = printedRequests();

/** Another endpoint's. */
const NOT_A_SEND = (body: Record<string, unknown>) => body.action === 'connect';

if (printed === undefined) {
  it('takes the messages that Meta prints [the samples are not on this machine: NOT CHECKED]', () => {
    expect(printed).toBeUndefined();
  });
} else {
  it.each(printed.map(({ name, body }) => [name, body] as const))(
    'takes the message that Meta prints: %s',
    (_, form) => {
      const body = filledIn(form) as Record<string, unknown>;
      if (NOT_A_SEND(body)) return;
      const read = body.status === 'read' ? (readReceiptProblem(body) ?? {}) : readMessage(body, '15550783881');
      expect(isProblem(read) ? read : undefined).toBeUndefined();
    },
  );
}
