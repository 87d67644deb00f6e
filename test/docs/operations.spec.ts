import { describe, expect, it } from '@jest/globals';
import { CRASH_POINTS } from '../../src/platform/observability/crash-points.js';
import { sources, textOf } from './repository.js';

const page = textOf('docs/operations.md');

function metricsOfTheCode(): string[] {
  const names = sources().flatMap((file) => [...textOf(file).matchAll(/['"`](heliograph_[a-z0-9_]+)['"`]/g)]);
  // The database role of tenants has a name of the same form.
  return [...new Set(names.map(([, name]) => name as string))].filter((name) => name !== 'heliograph_tenant').sort();
}

describe('docs/operations.md', () => {
  it('says of every metric which question it answers, and names none that is not there', () => {
    const told = [...page.matchAll(/^\| `(heliograph_\w+)[^|]*\| [^|]+\|$/gm)].map(([, name]) => name);
    const ofTable = told.slice(0, new Set(told).size);
    expect([...new Set(ofTable)].sort()).toEqual(metricsOfTheCode());
  });

  it('asks in its alarms for metrics that are there', () => {
    const known = new Set(metricsOfTheCode());
    const asked = [...page.matchAll(/\b(heliograph_[a-z0-9_]+)/g)].map(([, name]) => name as string);
    const unknown = asked.filter((name) => !known.has(name) && name !== 'heliograph_tenant' && !name.endsWith('_'));
    expect(unknown.filter((name) => ![...known].some((metric) => metric.startsWith(name)))).toEqual([]);
  });

  it('says what every crash point proves', () => {
    for (const point of CRASH_POINTS) expect(page).toContain(`\`${point}\``);
  });
});
