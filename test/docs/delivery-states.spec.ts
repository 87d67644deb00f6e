import { describe, expect, it } from '@jest/globals';
import { STATUS_RANKS } from '../../src/core/delivery/delivery-status.js';
import { entriesOfMessages, STATES, transitionsOfMessages } from './published-events.js';
import { textOf } from './repository.js';

const page = textOf('docs/delivery-states.md');

/** What stands in backticks in the first cell of a table's rows; `head` is the table's first line. */
function firstCells(head: string): string[] {
  const rows = page.slice(page.indexOf(head)).split('\n').slice(2);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return rows
    .slice(0, end)
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, w]) => w as string));
}

/** Arrows that arming and accepting draw: SQL statements, so no fact of the lifecycle. */
const BY_STATEMENT = ['[*] → queued', '[*] → scheduled', 'queued → sending', 'scheduled → sending'];

/** What the rules allow and the service cannot do: what is scheduled or was cancelled has no attempt in doubt. */
const UNREACHABLE = /^(scheduled → submitted|cancelled → )/;

describe('docs/delivery-states.md', () => {
  it('names exactly the states of the code', () => {
    expect(firstCells('| state |').sort()).toEqual([...STATES].sort());
  });

  it('names exactly the statuses of the lattice, with their ranks', () => {
    const told = [...page.matchAll(/^\| `(\w+)` \| (\d+) \|/gm)].map(([, status, rank]) => [status, Number(rank)]);
    expect(Object.fromEntries(told)).toEqual(STATUS_RANKS);
  });

  it('draws exactly the transitions that facts can cause', () => {
    const drawn = [...page.matchAll(/^ {4}(\S+) --> (\S+?):/gm)].map(([, from, to]) => `${from} → ${to}`);
    const caused = transitionsOfMessages().filter((arrow) => !UNREACHABLE.test(arrow));
    expect(drawn.sort()).toEqual([...BY_STATEMENT, ...caused].sort());
  });

  it('names exactly the events of a message', () => {
    const published = new Set(['queued', 'scheduled', ...entriesOfMessages().map((entry) => entry.type)]);
    expect(firstCells('| event |').sort()).toEqual([...published].sort());
  });
});
