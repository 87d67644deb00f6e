import { describe, expect, it } from '@jest/globals';
import { wishOf } from './opt-out-words.js';

const WORDS = { stop: ['STOP', 'Stop promotions'], resume: ['START'] };

describe('what an inbound message asks for', () => {
  it.each([
    [{ text: { body: 'STOP' } }, 'stop'],
    [{ text: { body: ' stop. \n' } }, 'stop'],
    [{ button: { text: 'Stop promotions', payload: 'x' } }, 'stop'],
    [{ button: { text: 'Bitte nicht mehr', payload: 'STOP' } }, 'stop'],
    [{ interactive: { type: 'button_reply', button_reply: { id: 'a', title: 'Stop' } } }, 'stop'],
    [{ text: { body: 'Start!' } }, 'resume'],
    [{ text: { body: 'please stop by tomorrow' } }, null],
    [{ text: { body: 'stop start' } }, null],
    [{ text: { body: '' } }, null],
    [{ text: 'STOP' }, null],
    [{ image: { caption: 'STOP' } }, null],
    [{}, null],
  ])('of %j is %j', (message, wish) => {
    expect(wishOf(message, WORDS)).toBe(wish);
  });

  it('is nothing when no words count', () => {
    expect(wishOf({ text: { body: '' } }, { stop: [], resume: [] })).toBeNull();
  });
});
