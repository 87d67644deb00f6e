import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PhoneChecksService } from './phone-checks.service.js';

const checks = new PhoneChecksService();

async function check(number: string, country?: string) {
  const request = { phone_numbers: [number], ...(country === undefined ? {} : { default_country: country }) };
  const { results } = await checks.normalize(request);
  return results[0];
}

describe('a number', () => {
  it.each<[string, string | undefined, string, string, string[]]>([
    ['+886912345678', undefined, '+886912345678', 'TW', []],
    ['+1 (415) 555-2671', undefined, '+14155552671', 'US', ['punctuation_removed']],
    ['0049 30 123456', undefined, '+4930123456', 'DE', ['punctuation_removed', 'prefix_00_replaced']],
    ['+49 (0)30 123456', undefined, '+4930123456', 'DE', ['trunk_zero_removed', 'punctuation_removed']],
    ['0912 345 678', 'TW', '+886912345678', 'TW', ['punctuation_removed', 'country_code_added']],
    ['886912345678', undefined, '+886912345678', 'TW', ['plus_added']],
    ['+８８６９１２３４５６７８', undefined, '+886912345678', 'TW', ['digits_converted']],
    ['+٩٦٦٥٠١٢٣٤٥٦٧', undefined, '+966501234567', 'SA', ['digits_converted']],
    ['010-1234-5678', 'KR', '+821012345678', 'KR', ['punctuation_removed', 'country_code_added']],
  ])('is brought into international form: %s', async (number, country, e164, of, changes) => {
    expect(await check(number, country)).toMatchObject({ valid: true, e164, country: of, changes, reason: null });
  });

  it.each<[string, string, RegExp]>([
    ['nothing', '', /empty/],
    ['letters', '+1415CALLNOW', /digits only/],
    ['two numbers', '+14155552671, +14155552672', /digits only/],
    ['a country that does not exist', '+999123456789', /country code/],
    ['too few digits', '+1415555', /digits/],
    ['too many digits', '+141555526711', /digits/],
    ['a Taiwanese landline', '+886223456789', /mobile/],
    ['a Taiwanese number one short', '+88691234567', /digits/],
    ['a number that is not given out', '+11234567890', /gives out/],
    ['a national number of no country', '0912345678', /country code/],
  ])('is refused with its reason: %s', async (_, number, reason) => {
    expect(await check(number)).toMatchObject({ valid: false, e164: null, reason: expect.stringMatching(reason) });
  });

  it('is judged and never throws, and what comes out stays as it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: fc.constantFrom(...'+0123456789 ()-.٣三a'), maxLength: 24 }), async (text) => {
        const first = await check(text);
        if (first?.e164 === null || first === undefined) return;
        expect(await check(first.e164)).toMatchObject({ valid: true, e164: first.e164, changes: [] });
      }),
    );
  });
});

describe('a list', () => {
  const numbers = (count: number) => Array.from({ length: count }, (_, i) => (i % 2 === 0 ? '+886912345678' : '1'));

  it('is checked whole', async () => {
    const report = await checks.normalize({ phone_numbers: numbers(1001) });
    expect(report).toMatchObject({ mode: 'full', total: 1001, checked: 1001, valid: 501, invalid: 500, changed: 0 });
  });

  it('of more than a thousand is sampled by a tenth when that is wanted', async () => {
    const phone_numbers = Array.from({ length: 2000 }, (_, i) => (i % 100 === 0 ? '1' : '+886912345678'));
    const report = await checks.normalize({ phone_numbers, mode: 'sampled' });
    expect(report).toMatchObject({ mode: 'sampled', total: 2000, checked: 200, invalid: 20, invalid_share: 0.1 });
    expect(report.results[1]?.index).toBe(10);
  });

  it('of a thousand is not worth sampling', async () => {
    expect(await checks.normalize({ phone_numbers: numbers(1000), mode: 'sampled' })).toMatchObject({ checked: 1000 });
  });
});
