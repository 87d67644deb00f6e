import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseErrorReports } from './meta-error-report.js';

describe('parseErrorReports', () => {
  it('reads details inside error_data and beside it', () => {
    const reports = parseErrorReports([
      { code: 1, error_data: { details: 'inside' } },
      { code: '2', details: 'beside' },
    ]);
    expect(reports.map(({ code, details }) => [code, details])).toEqual([
      [1, 'inside'],
      [2, 'beside'],
    ]);
  });

  it('reads no list as no errors, and one error in place of a list as a list of one', () => {
    expect(parseErrorReports(undefined)).toEqual([]);
    expect(parseErrorReports(null)).toEqual([]);
    expect(parseErrorReports({ code: 131026 })).toMatchObject([{ code: 131026 }]);
  });

  it('loses no entry, whatever it is', () => {
    expect(parseErrorReports(['odd'])).toMatchObject([{ code: null, message: 'odd' }]);
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (errors) => {
        expect(parseErrorReports(errors as never)).toHaveLength(errors.length);
      }),
    );
  });
});
