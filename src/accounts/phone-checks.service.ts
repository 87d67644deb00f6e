import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { brokenCountryRule } from '../core/phone/country-rules.js';
import { parsePhone } from '../core/phone/recipient.js';
import { tidyPhone } from '../core/phone/tidy-phone.js';
import { type PlannedNumber, readByPlan } from '../platform/phone/phone-metadata.js';
import type { NormalizePhonesDto, PhoneCheckReport, PhoneCheckView } from './phone-checks.dto.js';

/** Lists beyond this are sampled when the caller wants it, and every so many-th number is looked at (S24: 10 %). */
const SAMPLE = { above: 1000, every: 10 };

/** Numbers between two breaths: a few milliseconds, so that sends and webhooks do not wait for a long list. */
const BATCH = 250;

/** Brings phone numbers into international form, and says what it changed and what cannot be right. */
@Injectable()
export class PhoneChecksService {
  /** Checks a list, or every tenth of it. Nothing is kept. */
  async normalize(request: NormalizePhonesDto): Promise<PhoneCheckReport> {
    const numbers = request.phone_numbers;
    const isSampled = request.mode === 'sampled' && numbers.length > SAMPLE.above;
    const step = isSampled ? SAMPLE.every : 1;
    const results: PhoneCheckView[] = [];
    for (let index = 0; index < numbers.length; index += step) {
      results.push({ index, ...checkPhone(numbers[index] as string, request.default_country) });
      if (results.length % BATCH === 0) await nextTurn();
    }
    const valid = results.filter((result) => result.valid);
    const invalid = results.length - valid.length;
    return {
      mode: isSampled ? 'sampled' : 'full',
      total: numbers.length,
      checked: results.length,
      valid: valid.length,
      changed: valid.filter((result) => result.changes.length > 0).length,
      invalid,
      invalid_share: invalid / results.length,
      results,
    };
  }
}

/** Judges one number as somebody wrote it. `country` is that of numbers without a country code. */
function checkPhone(input: string, country: string | undefined): Omit<PhoneCheckView, 'index'> {
  const tidy = tidyPhone(input);
  const isInternational = tidy.text.startsWith('+');
  const guess = isInternational || country !== undefined ? tidy.text : `+${tidy.text}`;
  const planned = /^\+?\d+$/.test(tidy.text) ? readByPlan(guess, country) : null;
  const reason = wrongWith(tidy.text, planned);
  const added = isInternational ? [] : [country === undefined ? 'plus_added' : 'country_code_added'];
  return {
    input,
    valid: reason === null,
    e164: reason === null ? (planned?.e164 ?? null) : null,
    country: planned?.country ?? null,
    type: planned?.type ?? null,
    changes: reason === null ? [...tidy.changes, ...added] : [],
    reason,
  };
}

function wrongWith(text: string, planned: PlannedNumber | null): string | null {
  if (text === '') return 'is empty';
  if (!/^\+?\d+$/.test(text)) return 'must have digits only, behind an optional +';
  if (planned === null || parsePhone(planned.e164) === null)
    return 'must have a country code and 8 to 15 digits in all';
  if (!planned.isPossible) return 'has too many or too few digits for its country';
  const broken = brokenCountryRule(planned.country, planned.e164);
  if (broken !== null) return broken.rule;
  return planned.isValid ? null : 'is no number that its country gives out';
}
