import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LINT_RULES, lintTemplate } from './lint-template.js';

const GOOD = {
  name: 'order_update',
  language: 'en_US',
  category: 'UTILITY',
  components: [{ type: 'BODY', text: 'Your order {{1}} is on its way to you.', example: { body_text: [['17']] } }],
};

const errorsOf = (template: object) =>
  lintTemplate({ ...GOOD, ...template }).filter((finding) => finding.severity === 'error');

describe('the linter', () => {
  it('finds nothing in a good template', () => {
    expect(lintTemplate(GOOD)).toEqual([]);
  });

  it.each(LINT_RULES.map((rule) => [rule.rule, rule] as const))('has a rule with its examples: %s', (name, rule) => {
    const find = (template: object) => lintTemplate({ ...GOOD, ...template }).filter((f) => f.rule === name);
    expect(find(rule.examples.good)).toEqual([]);
    const [finding] = find(rule.examples.bad);
    expect(finding).toMatchObject({ rule: name, severity: rule.severity, pointer: expect.stringMatching(/^\//) });
    for (const text of [finding?.message, finding?.fix, finding?.source]) expect(text?.length).toBeGreaterThan(3);
  });

  it('has no error for the good example of any rule', () => {
    for (const { rule, examples } of LINT_RULES) expect([rule, errorsOf(examples.good)]).toEqual([rule, []]);
  });

  it('names every rule once', () => {
    expect(new Set(LINT_RULES.map((rule) => rule.rule)).size).toBe(LINT_RULES.length);
  });

  it.each<[string, object]>([
    [
      'named variables',
      {
        parameter_format: 'named',
        components: [
          {
            type: 'body',
            text: 'Your table for {{day}} is booked.',
            example: { body_text_named_params: [{ param_name: 'day', example: 'Friday' }] },
          },
        ],
      },
    ],
    [
      'a text in Chinese',
      { components: [{ type: 'BODY', text: '您好，您的订单{{1}}已发货。', example: { body_text: [['17']] } }] },
    ],
    [
      'types in lower case',
      {
        category: 'utility',
        components: [
          { type: 'body', text: 'Hello there.' },
          { type: 'buttons', buttons: [{ type: 'quick_reply', text: 'Stop' }] },
        ],
      },
    ],
  ])('lets through %s', (_, template) => {
    expect(errorsOf(template)).toEqual([]);
  });

  it('points into the cards of a carousel', () => {
    const card = { components: [{ type: 'BODY', text: 'x'.repeat(161) }] };
    const found = errorsOf({
      category: 'MARKETING',
      components: [...GOOD.components, { type: 'CAROUSEL', cards: [card, card] }],
    });
    expect(found.map((f) => f.pointer)).toContain('/components/1/cards/1/components/0/text');
  });

  it('judges and never throws, whatever it is given', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('name', 'components', 'category', 'language'), fc.jsonValue()),
        (any) => {
          expect(Array.isArray(lintTemplate({ ...GOOD, ...any }))).toBe(true);
        },
      ),
    );
    const part = fc.record(
      {
        type: fc.constantFrom('BODY', 'HEADER', 'BUTTONS', 'CAROUSEL', 5),
        text: fc.jsonValue(),
        buttons: fc.jsonValue(),
        cards: fc.jsonValue(),
        example: fc.jsonValue(),
        format: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(part), (components) => {
        expect(Array.isArray(lintTemplate({ ...GOOD, components }))).toBe(true);
      }),
    );
  });
});

// biome-ignore lint/style/noProcessEnv: the one way to point a spec at a collection outside the repository.
const SAMPLES = join(process.env.SHARED_PAYLOADS ?? '', 'requests');
const samples = existsSync(SAMPLES)
  ? readdirSync(SAMPLES).filter((file) => /^template-create.*\.json$/.test(file))
  : [];

it('finds no error in the samples of a collection that have no placeholder', () => {
  for (const file of samples) {
    const text = readFileSync(join(SAMPLES, file), 'utf8');
    if (/<[A-Z_0-9 -]+>/.test(text)) continue;
    const found = lintTemplate(JSON.parse(text) as Record<string, unknown>).filter((f) => f.severity === 'error');
    expect([file, found]).toEqual([file, []]);
  }
});
