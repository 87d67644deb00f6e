import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stopAtEnd } from './cleanup.js';

/** A new folder; removed with what is in it at the end of the file. */
export function aTempFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'heliograph-test-'));
  stopAtEnd('a folder', async () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
