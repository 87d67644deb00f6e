import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { claimFolder } from './folder-claim.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'heliograph-demo-spec-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const claimedBy = (pid: number) => writeFileSync(path.join(folder, 'running.pid'), `${pid}\n`);

describe('a folder', () => {
  it('is refused while another process of ours has it, which is named', () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    try {
      claimedBy(other.pid ?? 0);
      expect(() => claimFolder(folder)).toThrow(`in use by the process ${other.pid}`);
    } finally {
      other.kill('SIGKILL');
    }
  });

  it('is free when the process that had it was killed', () => {
    claimedBy(spawnSync(process.execPath, ['-e', '']).pid);
    expect(() => claimFolder(folder)).not.toThrow();
  });

  it('is free again after its release', () => {
    claimFolder(folder)();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is not held by a damaged claim', () => {
    writeFileSync(path.join(folder, 'running.pid'), 'nonsense');
    expect(() => claimFolder(folder)).not.toThrow();
  });
});
