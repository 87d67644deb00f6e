import { describe, expect, it } from '@jest/globals';
import { HELP, readCommandLine } from './options.js';

describe('command line', () => {
  it('reads every flag of the contract', () => {
    const args =
      '--port 0 --callback-url http://h/cb --app-secret S --verify-token T --mps 1000 --seed 3 --faults nasty';
    expect(readCommandLine([...args.split(' '), '--time-scale', '0.1', '--phone-numbers=2'])).toMatchObject({
      kind: 'run',
      options: {
        port: 0,
        callbackUrl: 'http://h/cb',
        appSecret: 'S',
        verifyToken: 'T',
        mps: 1000,
        seed: 3,
        faults: 'nasty',
        timeScale: 0.1,
        phoneNumbers: 2,
      },
    });
  });

  it('names every mistake at once', () => {
    const read = () => readCommandLine(['--port', 'x', '--callback-url', 'nope', '--faults', 'worse']);
    expect(read).toThrow(/--port.*\n.*--faults.*\n.*--callback-url.*\n.*--app-secret.*\n.*--verify-token/s);
    expect(() => readCommandLine(['--what'])).toThrow(/--what/);
  });

  it('explains itself', () => {
    expect(readCommandLine(['--help'])).toEqual({ kind: 'help' });
    expect(HELP).toContain('--time-scale');
  });
});
