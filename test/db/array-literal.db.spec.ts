import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toArrayLiteral } from '../../src/platform/db/array-literal.js';
import { freshDatabase } from '../support/database.js';

/** Text with what is special in a literal, often. PostgreSQL stores neither U+0000 nor halves of characters. */
const text = fc.oneof(
  fc.string({
    unit: fc.constantFrom('"', '\\', '{', '}', ',', ' ', "'", 'a', 'NULL', 'null', '\n', 'ü', '😀', '-', '+', '.'),
  }),
  fc.string({ unit: 'grapheme' }).filter((s) => !s.includes('\u0000') && s.isWellFormed()),
  fc.constantFrom('', 'NULL', 'null', 'Null', ' ', '{}', '"', '\\', 'wamid.HBgL=', '2026-11-26T00:00:00Z'),
);
const orNull = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.array(fc.option(arbitrary, { nil: null, freq: 4 }), { maxLength: 12 });

describe('an array as a parameter', () => {
  it('comes back from PostgreSQL as it went in, whatever its elements', async () => {
    const { db } = await freshDatabase('empty');
    const columns = fc.record({
      texts: orNull(text),
      numbers: orNull(fc.integer()),
      doubles: orNull(fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (Object.is(n, -0) ? 0 : n))),
      booleans: orNull(fc.boolean()),
      uuids: orNull(fc.uuid()),
      dates: orNull(fc.date({ min: new Date('0001-06-01'), max: new Date('9999-06-01'), noInvalidDate: true })),
      objects: orNull(fc.dictionary(text, text)),
    });
    await fc.assert(
      fc.asyncProperty(columns, async (c) => {
        for (const values of Object.values(c)) expect(toArrayLiteral(values)).not.toBeNull();
        const [row] = await db.rows(
          `select $1::text[] as texts, $2::integer[] as numbers, $3::double precision[] as doubles, $4::boolean[] as booleans,
                  $5::uuid[] as uuids, $6::timestamptz[] as dates, $7::jsonb[] as objects`,
          [c.texts, c.numbers, c.doubles, c.booleans, c.uuids, c.dates, c.objects],
        );
        expect(row).toEqual(c);
      }),
      { numRuns: 300 },
    );
  });

  it('is left to the driver when it holds arrays, bytes, or dates that PostgreSQL reads otherwise', () => {
    const odd = [
      [['a']],
      [Buffer.from('a')],
      [new Date(Number.NaN)],
      [new Date('+010000-01-01')],
      [new Date('-000001-01-01')],
    ];
    for (const values of odd) expect(toArrayLiteral(values)).toBeNull();
  });
});
