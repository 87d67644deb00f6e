import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stopAtEnd } from './cleanup.js';

/** Writes a bootstrap file and gives its path; removed at the end of the file. */
export function writeBootstrap(content: object): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'heliograph-test-'));
  stopAtEnd('the bootstrap file', async () => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'bootstrap.json');
  writeFileSync(file, JSON.stringify(content));
  return file;
}
