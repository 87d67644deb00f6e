import { describe, expect, it } from '@jest/globals';
import type { Progress } from './message-board.js';
import { ProgressView } from './progress-view.js';
import { RateMeter } from './rate-meter.js';

const progress = (sent: number): Progress => ({
  total: 100,
  accepted: 100,
  sent,
  delivered: 7,
  read: 3,
  failed: 0,
  inDoubt: 0,
});

function shown(screen: { isTTY?: boolean; columns?: number }, readings: [sent: number, atMs: number][]): string {
  let text = '';
  const view = new ProgressView({ ...screen, write: (part) => (text += part) });
  for (const [sent, atMs] of readings) view.show(progress(sent), atMs);
  return text;
}

describe('the progress', () => {
  it('draws one line over and over on a terminal', () => {
    const text = shown({ isTTY: true, columns: 120 }, [
      [0, 0],
      [50, 1000],
    ]);
    expect(text).not.toContain('\n');
    expect(text.split('\r')).toHaveLength(3);
    expect(text).toContain('sent 50/100  delivered 7  read 3  50.0/s');
  });

  it.each([1, 20, 40, 60, 80, 300])('never draws more than a line of a terminal with %d columns', (columns) => {
    const line =
      shown({ isTTY: true, columns }, [[10, 0]])
        .split('\u001b[2K')
        .at(-1) ?? '';
    expect(line.length).toBeLessThan(columns);
  });

  it('takes a terminal that says it has no columns for an ordinary one', () => {
    expect(shown({ isTTY: true, columns: 0 }, [[10, 0]])).toContain('sent 10/100  delivered 7  read 3  0.0/s');
  });

  it('fills its bar as messages are sent', () => {
    const cells = (sent: number) => shown({ isTTY: true, columns: 120 }, [[sent, 0]]).split('█').length - 1;
    expect([cells(0), cells(50), cells(100)]).toEqual([0, 15, 30]);
  });

  it('prints plain lines without control characters elsewhere, one every three seconds', () => {
    const text = shown({}, [
      [0, 0],
      [10, 1000],
      [20, 2000],
      [40, 3000],
    ]);
    expect(text.trimEnd().split('\n')).toHaveLength(2);
    expect(text).not.toContain('\u001b');
    expect(text).not.toContain('\r');
    expect(text).toContain('3 s  sent 40/100, delivered 7, read 3');
  });

  it('prints the last reading whenever it comes', () => {
    let text = '';
    const view = new ProgressView({ write: (part) => (text += part) });
    view.show(progress(0), 0);
    view.finish(progress(100), 500);
    expect(text).toContain('sent 100/100');
  });
});

describe('the rate', () => {
  it('is that of the last seconds, not of the whole run', () => {
    const meter = new RateMeter(3000);
    for (let s = 0; s <= 10; s += 1) meter.read(s * 1000, s < 5 ? 0 : (s - 4) * 10);
    expect(meter.read(11_000, 70)).toBeCloseTo(10, 5);
  });

  it('is nothing at the first reading', () => {
    expect(new RateMeter().read(5, 100)).toBe(0);
  });
});
