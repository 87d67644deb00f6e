import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { secretsIn, stackFiles, writeStackFiles } from './secrets.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'heliograph-demo-spec-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the secrets of a folder', () => {
  it('stay the same, so that a kept API key stays valid', () => {
    expect(secretsIn(folder)).toEqual(secretsIn(folder));
  });

  it('are others in another folder', () => {
    expect(secretsIn(folder).apiKey).not.toBe(secretsIn(path.join(folder, 'other')).apiKey);
  });

  it('are long enough for the service', () => {
    const { apiKey, apiKeyPepper, encryptionKey } = secretsIn(folder);
    expect(apiKey.length).toBeGreaterThanOrEqual(32);
    expect(apiKeyPepper.length).toBeGreaterThanOrEqual(16);
    expect(Buffer.from(encryptionKey.split(':')[1] ?? '', 'base64')).toHaveLength(32);
  });

  it('are readable by their owner only, also where a file was there before', () => {
    writeFileSync(stackFiles(folder).apiKey, '', { mode: 0o644 });
    writeStackFiles(folder, secretsIn(folder));
    const modes = Object.values(stackFiles(folder)).map((file) => statSync(file).mode & 0o777);
    expect(modes).toEqual(process.platform === 'win32' ? modes : [0o600, 0o600, 0o600]);
  });

  it('say what to do when their file is damaged', () => {
    writeFileSync(stackFiles(folder).secrets, '{"apiKey": "x"}');
    expect(() => secretsIn(folder)).toThrow(/lacks appSecret.*Remove the folder/);
  });

  it('put the API key into the bootstrap file', () => {
    const secrets = secretsIn(folder);
    writeStackFiles(folder, secrets);
    expect(readFileSync(stackFiles(folder).bootstrap, 'utf8')).toContain(secrets.apiKey);
  });
});
