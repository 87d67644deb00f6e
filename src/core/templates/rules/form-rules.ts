import { isFields } from '../../shape/object-shape.js';
import { capitals, lengthOf, listOf, type Part, partsOf, textOf } from '../draft.js';
import { type LintRule, when } from '../lint-rule.js';

const COMPONENTS = 'Meta, "Template components"';
const TYPES = [
  'HEADER',
  'BODY',
  'FOOTER',
  'BUTTONS',
  'CAROUSEL',
  'LIMITED_TIME_OFFER',
  'CALL_PERMISSION_REQUEST',
  'TAP_TARGET_CONFIGURATION',
];
const HEADERS = ['TEXT', 'IMAGE', 'VIDEO', 'DOCUMENT', 'LOCATION', 'PRODUCT', 'GIF'];
const MEDIA = ['IMAGE', 'VIDEO', 'DOCUMENT', 'GIF'];
const LONGEST = { header: 60, body: 1024, bodyOfOffer: 600, bodyOfCard: 160, footer: 60 };

const good = { name: 'order_update', language: 'en_US', category: 'UTILITY' };
const body = (text: string) => ({ components: [{ type: 'BODY', text }] });
const withBody = (...more: object[]) => ({
  components: [{ type: 'BODY', text: 'Your order is on its way.' }, ...more],
});
const header = (more: object) => withBody({ type: 'HEADER', ...more });

const formatOf = (part: Part) => capitals(part.value.format);

/** What a template is made of, and how long its parts may be. */
export const FORM_RULES: readonly LintRule[] = [
  {
    rule: 'name_format',
    severity: 'error',
    fix: 'Use 1 to 512 lower-case letters, digits and underscores.',
    source: 'Meta, error 100/2388046',
    check: ({ value }) =>
      when(!/^[a-z0-9_]{1,512}$/.test(textOf(value.name)), '/name', 'The name has a form that is not allowed.'),
    examples: { good, bad: { name: 'Order Update' } },
  },
  {
    rule: 'language_code',
    severity: 'error',
    fix: 'Give a language code such as en_US.',
    source: 'Meta, "Supported languages"',
    check: ({ value }) => {
      const codes = value.language === undefined ? listOf(value.languages) : [value.language];
      const isCode = (code: unknown) => /^[a-z]{2,3}(_[A-Za-z0-9]{2,4}){0,2}$/.test(textOf(code));
      return when(codes.length === 0 || !codes.every(isCode), '/language', 'The language is no language code.');
    },
    examples: { good, bad: { language: 'English' } },
  },
  {
    rule: 'category_known',
    severity: 'error',
    fix: 'Choose AUTHENTICATION, MARKETING or UTILITY.',
    source: 'Meta, "Template categorization"',
    check: ({ category }) =>
      when(!['AUTHENTICATION', 'MARKETING', 'UTILITY'].includes(category), '/category', 'There is no such category.'),
    examples: { good: { category: 'utility' }, bad: { category: 'TRANSACTIONAL' } },
  },
  {
    rule: 'component_known',
    severity: 'error',
    fix: `Use ${TYPES.join(', ')}.`,
    source: COMPONENTS,
    check: ({ components }) =>
      components.flatMap((part) => when(!TYPES.includes(part.type), `${part.at}/type`, 'There is no such component.')),
    examples: { good, bad: withBody({ type: 'SIDEBAR' }) },
  },
  {
    rule: 'component_once',
    severity: 'error',
    fix: 'Give one component of each type: all buttons stand in one BUTTONS.',
    source: COMPONENTS,
    check: ({ components }) =>
      components.flatMap((part, i) => {
        const isSecond = components.findIndex((other) => other.type === part.type) < i;
        return when(isSecond, part.at, 'There is more than one component of this type.');
      }),
    examples: { good, bad: withBody({ type: 'FOOTER', text: 'a' }, { type: 'footer', text: 'b' }) },
  },
  {
    rule: 'body_needed',
    severity: 'error',
    fix: 'Add a BODY with a text.',
    source: COMPONENTS,
    check: ({ components, category }) => {
      const part = components.find((each) => each.type === 'BODY');
      const hasText = category === 'AUTHENTICATION' || textOf(part?.value.text) !== '';
      return when(part === undefined || !hasText, '/components', 'The template has no body text.');
    },
    examples: { good, bad: { components: [{ type: 'FOOTER', text: 'a' }] } },
  },
  {
    rule: 'header_format',
    severity: 'error',
    fix: `Use the format ${HEADERS.join(', ')}.`,
    source: 'Meta, error 100/2388047',
    check: (draft) =>
      partsOf(draft, 'HEADER').flatMap((part) =>
        when(!HEADERS.includes(formatOf(part)), `${part.at}/format`, 'There is no such header.'),
      ),
    examples: { good: header({ format: 'location' }), bad: header({ format: 'AUDIO' }) },
  },
  {
    rule: 'header_length',
    severity: 'error',
    fix: `Shorten it to ${LONGEST.header} characters.`,
    source: 'Meta, error 100/2388040',
    check: (draft) =>
      partsOf(draft, 'HEADER').flatMap((part) => {
        const length = lengthOf(textOf(part.value.text));
        const isWrong = formatOf(part) === 'TEXT' && (length < 1 || length > LONGEST.header);
        return when(isWrong, `${part.at}/text`, `The header must have 1 to ${LONGEST.header} characters.`);
      }),
    examples: {
      good: header({ format: 'TEXT', text: 'x'.repeat(60) }),
      bad: header({ format: 'TEXT', text: 'x'.repeat(61) }),
    },
  },
  {
    rule: 'header_plain',
    severity: 'error',
    fix: 'Take out line breaks, emoji and the signs * _ ~ ` from the header.',
    source: 'Meta, error 100/2388047; the signs from practice',
    check: (draft) =>
      partsOf(draft, 'HEADER').flatMap((part) => {
        const text = textOf(part.value.text).replace(/\{\{[^{}]*\}\}/g, '');
        return when(
          /[\n\r*_~`]|\p{Extended_Pictographic}/u.test(text),
          `${part.at}/text`,
          'The header is not plain text.',
        );
      }),
    examples: {
      good: header({ format: 'TEXT', text: 'For {{1}}', example: { header_text: ['you'] } }),
      bad: header({ format: 'TEXT', text: 'Hi 😀' }),
    },
  },
  {
    rule: 'header_sample',
    severity: 'error',
    fix: 'Upload a sample and give its handle in example.header_handle.',
    source: 'Meta, error 100/2388043',
    check: (draft) =>
      partsOf(draft, 'HEADER').flatMap((part) => {
        const example = isFields(part.value.example) ? part.value.example : {};
        const isMissing = MEDIA.includes(formatOf(part)) && listOf(example.header_handle).length === 0;
        return when(isMissing, `${part.at}/example`, 'A header with a file needs a sample of it.');
      }),
    examples: {
      good: header({ format: 'IMAGE', example: { header_handle: ['4::aW'] } }),
      bad: header({ format: 'IMAGE' }),
    },
  },
  {
    rule: 'body_length',
    severity: 'error',
    fix: 'Shorten the body: 1,024 characters, 600 in a limited-time offer, 160 on a card.',
    source: 'Meta, errors 100/2388040 and 100/2388072',
    check: (draft) => {
      const hasOffer = draft.components.some((part) => part.type === 'LIMITED_TIME_OFFER');
      return partsOf(draft, 'BODY').flatMap((part) => {
        const most = part.at.includes('/cards/') ? LONGEST.bodyOfCard : hasOffer ? LONGEST.bodyOfOffer : LONGEST.body;
        const isLong = lengthOf(textOf(part.value.text)) > most;
        return when(isLong, `${part.at}/text`, `The body has more than ${most} characters.`);
      });
    },
    examples: { good: body('x'.repeat(1024)), bad: body('x'.repeat(1025)) },
  },
  {
    rule: 'body_line_breaks',
    severity: 'error',
    fix: 'Leave at most four line breaks in a row.',
    source: 'Meta, error 100/2388072, as met in practice',
    check: (draft) =>
      partsOf(draft, 'BODY').flatMap((part) =>
        when(
          /\n{5,}/.test(textOf(part.value.text)),
          `${part.at}/text`,
          'There are more than four line breaks in a row.',
        ),
      ),
    examples: { good: body('a\n\n\n\nb'), bad: body('a\n\n\n\n\nb') },
  },
  {
    rule: 'footer_length',
    severity: 'error',
    fix: `Shorten it to ${LONGEST.footer} characters.`,
    source: 'Meta, error 100/2388073',
    check: (draft) =>
      partsOf(draft, 'FOOTER').flatMap((part) => {
        const isLong = lengthOf(textOf(part.value.text)) > LONGEST.footer;
        return when(isLong, `${part.at}/text`, `The footer has more than ${LONGEST.footer} characters.`);
      }),
    examples: {
      good: withBody({ type: 'FOOTER', text: 'x'.repeat(60) }),
      bad: withBody({ type: 'FOOTER', text: 'x'.repeat(61) }),
    },
  },
  {
    rule: 'footer_no_variables',
    severity: 'error',
    fix: 'Move the variable into the body.',
    source: 'Meta, error 100/2388073',
    check: (draft) =>
      partsOf(draft, 'FOOTER').flatMap((part) =>
        when(textOf(part.value.text).includes('{{'), `${part.at}/text`, 'A footer cannot have variables.'),
      ),
    examples: { good, bad: withBody({ type: 'FOOTER', text: 'Yours, {{1}}' }) },
  },
];
