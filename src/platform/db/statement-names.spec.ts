import { describe, expect, it } from '@jest/globals';
import { StatementNames } from './statement-names.js';

describe('names of prepared statements', () => {
  it('gives the same text the same name, and another text another', () => {
    const names = new StatementNames();
    const first = names.of('select $1');
    expect(names.of('select $1')).toBe(first);
    expect(names.of('select $2')).not.toBe(first);
  });

  it('prepares no more than a bounded number of texts, and keeps those it knows', () => {
    const names = new StatementNames();
    const first = names.of('select 0');
    for (let i = 1; i < 1000; i += 1) names.of(`select ${i}`);
    expect(names.of('select another')).toBeUndefined();
    expect(names.of('select 0')).toBe(first);
  });

  it('gives names that PostgreSQL does not cut off (63 bytes)', () => {
    const names = new StatementNames();
    for (let i = 0; i < 500; i += 1) expect(names.of(`select ${i}`)?.length).toBeLessThan(64);
  });
});
