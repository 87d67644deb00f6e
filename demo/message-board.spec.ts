import { describe, expect, it } from '@jest/globals';
import { MessageBoard } from './message-board.js';

const event = (subject: string, version: number, name: string) => ({
  subject,
  version,
  type: `io.heliograph.message.${name}.v1`,
});

function board(...events: ReturnType<typeof event>[]): MessageBoard {
  const made = new MessageBoard(1);
  made.accept('a');
  for (const e of events) made.add(e);
  return made;
}

describe('the board', () => {
  it('counts a message in each place that it has reached', () => {
    const made = board(event('a', 1, 'queued'), event('a', 2, 'submitted'), event('a', 3, 'delivered'));
    expect(made.progress()).toMatchObject({ accepted: 1, sent: 1, delivered: 1, read: 0, inDoubt: 0 });
  });

  it('keeps the later state when events come in another order', () => {
    const made = board(event('a', 3, 'submitted'), event('a', 2, 'unknown'));
    expect(made.progress()).toMatchObject({ sent: 1, inDoubt: 0 });
  });

  it('is the same when an event is read twice', () => {
    const events = [event('a', 2, 'submitted'), event('a', 3, 'read')];
    expect(board(...events, ...events).progress()).toEqual(board(...events).progress());
  });

  it('takes events that come before the answer to the request', () => {
    const made = new MessageBoard(1);
    made.add(event('a', 2, 'submitted'));
    expect(made.progress().sent).toBe(0);
    made.accept('a');
    expect(made.progress().sent).toBe(1);
  });

  it('does not count messages of earlier runs', () => {
    const made = board(event('old', 2, 'submitted'), event('old', 3, 'unknown'));
    expect(made.progress()).toMatchObject({ sent: 0, inDoubt: 0 });
    expect(made.open(true)).toBe(1);
  });

  it('ignores events of other things and events it does not know', () => {
    const made = board(
      { ...event('a', 2, ''), type: 'io.heliograph.inbound_message.received.v1' },
      event('a', 3, 'pricing'),
    );
    expect(made.progress()).toMatchObject({ sent: 0, delivered: 0 });
  });

  it.each(['delivered', 'read', 'played', 'failed'])('holds a submitted message final once it is %s', (status) => {
    expect(board(event('a', 2, 'submitted'), event('a', 3, status)).open(false)).toBe(0);
  });

  it.each(['rejected', 'unconfirmed', 'expired'])('holds a message final that is %s', (state) => {
    expect(board(event('a', 2, state)).open(false)).toBe(0);
  });

  it.each(['queued', 'unknown', 'resend_queued'])('never holds a message final that is %s', (state) => {
    expect(board(event('a', 2, state), event('a', 3, 'delivered')).open(true)).toBe(1);
  });

  it('holds a message that stays at sent final only where that is to be expected', () => {
    const made = board(event('a', 2, 'submitted'), event('a', 3, 'sent'));
    expect([made.open(true), made.open(false)]).toEqual([0, 1]);
  });

  it('does not hold a message final that is submitted and unreported', () => {
    expect(board(event('a', 2, 'submitted')).open(true)).toBe(1);
  });
});
