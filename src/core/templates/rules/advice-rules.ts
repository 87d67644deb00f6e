import { textsOf } from '../draft.js';
import type { LintRule } from '../lint-rule.js';

const GUIDE = 'a trouble-shooting guide for teams on the Cloud API: frequent reasons for rejection';

/** Short forms that everybody reads. Others look like a code to a reviewer, or like an attempt to hide something. */
const KNOWN_SHORT_FORMS = new Set([
  'PDF',
  'SMS',
  'OTP',
  'PIN',
  'ID',
  'USA',
  'UK',
  'EU',
  'USD',
  'EUR',
  'AM',
  'PM',
  'OK',
  'TV',
  'STOP',
  'FAQ',
]);

const body = (text: string) => ({ components: [{ type: 'BODY', text }] });

function advice(
  rule: string,
  about: Omit<LintRule, 'rule' | 'severity' | 'check'> & { readonly message: string },
  isFound: (text: string, category: string) => boolean,
): LintRule {
  const { message, ...rest } = about;
  return {
    rule,
    severity: 'warning',
    ...rest,
    check: (draft) =>
      textsOf(draft)
        .filter(({ text }) => isFound(text.replace(/\{\{[^{}]*\}\}/g, '{{}}'), draft.category))
        .map(({ at }) => ({ pointer: at, message })),
  };
}

/** What reviewers have turned down though no rule forbids it. */
export const ADVICE_RULES: readonly LintRule[] = [
  advice(
    'odd_abbreviation',
    {
      message: 'The text has an abbreviation such as VIP, which reviewers often turn down.',
      fix: 'Write it out.',
      source: GUIDE,
      examples: {
        good: body('Thank you for being a valued customer. Your PDF is here.'),
        bad: body('Thank you for being a VIP customer.'),
      },
    },
    (text) =>
      (text.match(/(?<![\p{L}\p{N}])[A-Z]{2,5}(?![\p{L}\p{N}])/gu) ?? []).some((word) => !KNOWN_SHORT_FORMS.has(word)),
  ),
  advice(
    'percentage_discount',
    {
      message: 'The text promises a discount in per cent, which reviewers often turn down.',
      fix: 'Name the new price or the amount, or put the percentage into a variable with an example.',
      source: GUIDE,
      examples: { good: body('Your order now costs 5 euros less.'), bad: body('Get 25% off your next order.') },
    },
    (text) => /\d\s?[%％]|\d\s?(?:percent|per cent)\b/i.test(text),
  ),
  advice(
    'external_link',
    {
      message: 'The text asks people to open a link, which reviewers often turn down.',
      fix: 'Use a URL button in place of the link.',
      source: GUIDE,
      examples: { good: body('Your order is on its way.'), bad: body('Click here: https://example.com/track') },
    },
    (text) =>
      /https?:\/\/|www\.|\b(?:click|tap|follow|visit|open)\b[^.!?]{0,40}\b(?:here|link|website|url)\b/i.test(text),
  ),
  advice(
    'promotion_in_utility',
    {
      message: 'The text advertises, and its category is utility: Meta would make it marketing, at another price.',
      fix: 'Choose MARKETING, or take the offer out.',
      source: 'Meta, "Template categorization"; rejection reason PROMOTIONAL, INCORRECT_CATEGORY',
      examples: {
        good: { ...body('Big sale: buy now!'), category: 'MARKETING' },
        bad: { ...body('Your order is on its way. Big sale: buy now!'), category: 'UTILITY' },
      },
    },
    (text, category) =>
      category === 'UTILITY' &&
      /\b(?:sale|discount|special offer|promo(?:tion)?|buy now|shop now|coupon|limited time|free gift)\b|\d\s?%\s?off/i.test(
        text,
      ),
  ),
];
