import { isFields } from '../../shape/object-shape.js';
import { capitals, type Draft, listOf, type Part, partsOf, textOf, variablesIn } from '../draft.js';
import { type LintRule, when } from '../lint-rule.js';

const body = (text: string, ...examples: string[]) => ({
  components: [{ type: 'BODY', text, ...(examples.length === 0 ? {} : { example: { body_text: [examples] } }) }],
});
const GOOD = body('Your order {{1}} is on its way to you.', '17');

/** Fixed words that n variables need (measured by developers; Meta says only that there are too few). */
const fixedWordsFor = (variables: number) => 3 * variables + 1;

const bodies = (draft: Draft) => partsOf(draft, 'BODY');
const texts = (draft: Draft) => [...bodies(draft), ...partsOf(draft, 'HEADER')];
const isNamed = (draft: Draft) => capitals(draft.value.parameter_format) === 'NAMED';

function rule(
  name: string,
  about: Pick<LintRule, 'fix' | 'source' | 'examples'> & { readonly message: string },
  parts: (draft: Draft) => readonly Part[],
  isBroken: (text: string, draft: Draft, part: Part) => boolean,
): LintRule {
  const { message, ...rest } = about;
  return {
    rule: name,
    severity: 'error',
    ...rest,
    check: (draft) =>
      parts(draft).flatMap((part) => when(isBroken(textOf(part.value.text), draft, part), `${part.at}/text`, message)),
  };
}

/** Variables in the texts of a template. */
export const VARIABLE_RULES: readonly LintRule[] = [
  rule(
    'variable_braces',
    {
      message: 'A variable is not closed, or not opened.',
      fix: 'Write each variable as {{1}} or {{name}}.',
      source: 'Meta, "Template review": common rejection reasons',
      examples: { good: GOOD, bad: body('Your order {{1} is on its way to you.') },
    },
    texts,
    (text) => /\{\{|\}\}/.test(text.replace(/\{\{[^{}]*\}\}/g, '')),
  ),
  rule(
    'variable_name',
    {
      message: 'A variable has a name that is not allowed.',
      fix: 'Use numbers, or with parameter_format NAMED lower-case letters, digits and underscores.',
      source: 'Meta, "Template review": variables must not hold special characters',
      examples: { good: GOOD, bad: body('Your order {{#1}} is on its way to you.', '17') },
    },
    texts,
    (text, draft) => variablesIn(text).some((name) => !(isNamed(draft) ? /^[a-z][a-z0-9_]*$/ : /^\d+$/).test(name)),
  ),
  rule(
    'variable_order',
    {
      message: 'The numbers of the variables do not run 1, 2, 3 ….',
      fix: 'Number the variables from 1, in the order in which they stand.',
      source: 'Meta, "Template review": variables must be sequential',
      examples: { good: GOOD, bad: body('Your order {{2}} is on its way to you.', '17') },
    },
    texts,
    (text, draft) => {
      if (isNamed(draft)) return false;
      const numbers = [...new Set(variablesIn(text).filter((name) => /^\d+$/.test(name)))];
      return numbers.some((number, i) => Number(number) !== i + 1);
    },
  ),
  rule(
    'variable_at_edge',
    {
      message: 'The text begins or ends with a variable.',
      fix: 'Put words before the first and behind the last variable; punctuation does not count.',
      source: 'Meta, error 100/2388299',
      examples: { good: GOOD, bad: body('{{1}}, your order is on its way to you.', 'Pablo') },
    },
    bodies,
    (text) => /^[\s\p{P}]*\{\{[^{}]*\}\}|\{\{[^{}]*\}\}[\s\p{P}]*$/u.test(text.replace(/[{}]{3,}/g, '')),
  ),
  rule(
    'variable_adjacent',
    {
      message: 'Two variables stand side by side.',
      fix: 'Put a word between them, or make them one.',
      source: 'as met in practice, with error 100/2388299',
      examples: { good: GOOD, bad: body('Dear {{1}} {{2}}, your order is on its way to you now.', 'a', 'b') },
    },
    bodies,
    (text) => /\}\}\s*\{\{/.test(text),
  ),
  rule(
    'variable_ratio',
    {
      message: 'There are too many variables for so few words.',
      fix: 'Add fixed words, or take variables out: n variables need about 3n + 1 words.',
      source: 'Meta, error 100/2388293; the figure as measured by developers',
      examples: { good: GOOD, bad: body('Order {{1}} for {{2}} comes.', '17', 'Pablo') },
    },
    bodies,
    (text) => {
      const count = variablesIn(text).length;
      const words = text.replace(/\{\{[^{}]*\}\}/g, ' ').match(/[\p{L}\p{N}]+/gu)?.length ?? 0;
      // Scripts without blanks between words cannot be counted so.
      const isCountable = !/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}]/u.test(text);
      return isCountable && count > 0 && words < fixedWordsFor(count);
    },
  ),
  rule(
    'variable_example',
    {
      message: 'Not every variable has an example.',
      fix: 'Give one example for each: example.body_text [[…]], example.header_text […], or …_named_params.',
      source: 'Meta, error 100/2388043',
      examples: { good: GOOD, bad: body('Your order {{1}} is on its way to you.') },
    },
    texts,
    (text, _, part) => new Set(variablesIn(text)).size > examplesOf(part),
  ),
  rule(
    'header_variables',
    {
      message: 'A header can have one variable.',
      fix: 'Move the others into the body.',
      source: 'Meta, error 100/2388047',
      examples: {
        good: GOOD,
        bad: {
          components: [
            { type: 'BODY', text: 'Your order is on its way.' },
            { type: 'HEADER', format: 'TEXT', text: 'For {{1}} and {{2}}', example: { header_text: ['a', 'b'] } },
          ],
        },
      },
    },
    (draft) => partsOf(draft, 'HEADER'),
    (text) => variablesIn(text).length > 1,
  ),
];

function examplesOf(part: Part): number {
  const example = isFields(part.value.example) ? part.value.example : {};
  const [first] = listOf(example.body_text);
  const counts = [
    // Meta's own samples write a lone example without its lists.
    typeof example.body_text === 'string' ? 1 : 0,
    Array.isArray(first) ? first.length : listOf(example.body_text).length,
    typeof example.header_text === 'string' ? 1 : listOf(example.header_text).length,
    listOf(example.body_text_named_params).length,
    listOf(example.header_text_named_params).length,
  ];
  return Math.max(...counts);
}
