import { describe, expect, it } from '@jest/globals';
import { type Look, Settling } from './settling.js';

const look = (nowMs: number, over: Partial<Look> = {}): Look => ({
  nowMs,
  allPosted: true,
  open: 0,
  idle: true,
  news: false,
  ...over,
});

describe('a run', () => {
  it('has settled when nothing has happened for a while', () => {
    const settling = new Settling();
    expect([0, 1000, 1500].map((ms) => settling.look(look(ms)))).toEqual([false, false, true]);
  });

  it.each<[string, Partial<Look>]>([
    ['there is news', { news: true }],
    ['a message is open', { open: 1 }],
    ['the platform has a webhook in hand', { idle: false }],
    ['messages are still to be posted', { allPosted: false }],
  ])('waits anew when %s', (_why, over) => {
    const settling = new Settling();
    settling.look(look(0));
    expect(settling.look(look(1400, over))).toBe(false);
    expect(settling.look(look(2000))).toBe(false);
    expect(settling.look(look(3500))).toBe(true);
  });
});
