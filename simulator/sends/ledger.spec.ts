import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Ledger, type LedgerEntry } from './ledger.js';

const entry = (to: string): LedgerEntry => ({
  at_ms: 1,
  phone_number_id: '1',
  to,
  type: 'text',
  biz_opaque_callback_data: null,
  outcome: 'accepted',
  wamid: `wamid.${to}`,
  answered: true,
  body: { to },
});

describe('ledger', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'ledger-'));
    file = path.join(folder, 'ledger.ndjson');
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('has a line in the file when its append resolves, in the order of the calls', async () => {
    const ledger = new Ledger(file);
    const all = Array.from({ length: 500 }, (_, i) => ledger.append(entry(String(i))));
    await all[99];
    expect(readFileSync(file, 'utf8')).toContain('"to":"99"');
    await Promise.all(all);
    const lines = await ledger.lines();
    expect(lines.map(({ seq, to }) => [seq, to])).toEqual(all.map((_, i) => [i + 1, String(i)]));
    await ledger.close();
  });

  it('goes on with an existing file and cuts off a half-written line', async () => {
    const before = new Ledger(file);
    await before.append(entry('a'));
    await before.close();
    appendFileSync(file, '{"seq":2,"at_');
    const after = new Ledger(file);
    await after.append(entry('b'));
    expect((await after.lines()).map(({ seq, to }) => [seq, to])).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
    await after.close();
  });
});
