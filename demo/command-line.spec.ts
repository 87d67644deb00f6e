import { describe, expect, it } from '@jest/globals';
import { readDemoArguments, readQuickstartArguments } from './command-line.js';

describe('the command line', () => {
  it('reads what the demo is to do', () => {
    const args = ['--messages', '2000', '--mps', '1000', '--faults', 'nasty', '--json'];
    expect(readDemoArguments(args)).toEqual({ messages: 2000, mps: 1000, faults: 'nasty', json: true, help: false });
  });

  it('has a default for everything', () => {
    expect(readDemoArguments([])).toEqual({ messages: 500, mps: 80, faults: 'none', json: false, help: false });
    expect(readQuickstartArguments([])).toEqual({ exit: false, help: false });
  });

  it('names every mistake at once', () => {
    const wrong = () => readDemoArguments(['--messages', '0', '--mps', 'many', '--faults', 'awful']);
    expect(wrong).toThrow(/--messages.*--mps.*--faults/s);
  });

  it.each(['1.5', '-1', '', 'NaN'])('refuses %p messages', (text) => {
    expect(() => readDemoArguments([`--messages=${text}`])).toThrow('--messages');
  });

  it('refuses a flag that it does not know', () => {
    expect(() => readDemoArguments(['--message', '5'])).toThrow('--message');
    expect(() => readQuickstartArguments(['--stay'])).toThrow('--stay');
  });
});
