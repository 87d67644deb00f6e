import { all, isFields, list, mistake, object, optional, type Rule, required, text } from './rules.js';

const PLAIN = optional(text({ min: 0 }));
const NAME_PARTS = ['first_name', 'last_name', 'middle_name', 'suffix', 'prefix'] as const;

/** Meta wants the formatted name and at least one of its parts (cloud-api.md §1.3). */
const hasNamePart: Rule = (value) =>
  isFields(value) && !NAME_PARTS.some((part) => typeof value[part] === 'string' && value[part] !== '')
    ? mistake('value', `must have at least one of ${NAME_PARTS.join(', ')} besides formatted_name`)
    : undefined;

const NAME = all(
  object({
    formatted_name: required(text()),
    first_name: PLAIN,
    last_name: PLAIN,
    middle_name: PLAIN,
    suffix: PLAIN,
    prefix: PLAIN,
  }),
  hasNamePart,
);

const some = (rule: Rule) => optional(list(rule, { min: 0 }));

/** `contacts`: at most 257 of them. */
export const CONTACTS = list(
  object({
    name: required(NAME),
    phones: some(object({ phone: PLAIN, type: PLAIN, wa_id: PLAIN })),
    emails: some(object({ email: PLAIN, type: PLAIN })),
    addresses: some(
      object({
        street: PLAIN,
        city: PLAIN,
        state: PLAIN,
        zip: PLAIN,
        country: PLAIN,
        country_code: PLAIN,
        type: PLAIN,
      }),
    ),
    org: optional(object({ company: PLAIN, department: PLAIN, title: PLAIN })),
    urls: some(object({ url: PLAIN, type: PLAIN })),
    birthday: optional(text({ pattern: [/^\d{4}-\d{2}-\d{2}$/, 'must be a date of the form YYYY-MM-DD'] })),
  }),
  { max: 257 },
);
