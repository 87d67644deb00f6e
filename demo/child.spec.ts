import { tmpdir } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { type Child, readable, startChild } from './child.js';

const run = (script: string): Promise<Child> =>
  startChild({ name: 'thing', args: ['-e', script], cwd: tmpdir(), env: { PATH: '' } });

describe('a program of ours', () => {
  it('is found by what it prints, also when that came before the question', async () => {
    const child = await run("console.log('ready on 7'); setInterval(() => {}, 1000)");
    expect((await child.line(/ready on (\d)/, 20_000))[1]).toBe('7');
    expect((await child.line(/ready on (\d)/, 20_000))[1]).toBe('7');
    await child.stop();
  });

  it('says its last lines when it ends by itself, whoever waits for it', async () => {
    const child = await run("console.error('port 3000 is taken'); process.exitCode = 3");
    await expect(child.line(/never/, 20_000)).rejects.toThrow(/thing ended with code 3.*port 3000 is taken/s);
    await expect(child.died).rejects.toThrow('port 3000 is taken');
  });

  it('is given up when it prints nothing in time', async () => {
    const child = await run("console.log('busy'); setInterval(() => {}, 1000)");
    await child.line(/busy/, 20_000);
    await expect(child.line(/never/, 10)).rejects.toThrow(/did not start within 0.01 s.*busy/s);
    await child.stop();
  });

  it('is not mourned when it was stopped', async () => {
    const child = await run('setInterval(() => {}, 1000)');
    await child.stop();
    const silence = Symbol('silence');
    const soon = new Promise((resolve) => setImmediate(resolve, silence));
    expect(await Promise.race([child.died, soon])).toBe(silence);
  });
});

describe('a line of a log', () => {
  it('is read out of its JSON with every cause', () => {
    const line = '{"level":"fatal","msg":"cannot start","err":{"message":"no database","cause":{"message":"refused"}}}';
    expect(readable(line)).toBe('fatal: cannot start: no database: refused');
  });

  it.each(['plain words', '{not json', ''])('is left alone otherwise: %p', (line) => {
    expect(readable(line)).toBe(line);
  });
});
