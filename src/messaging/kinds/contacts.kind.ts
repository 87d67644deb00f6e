import type { FieldError } from '../../core/gateway-error.js';
import { list } from '../../core/shape/list-shape.js';
import { type Fields, object } from '../../core/shape/object-shape.js';
import { addFault, described, optional } from '../../core/shape/shape.js';
import { text } from '../../core/shape/text-shape.js';
import { defineKind } from './define-kind.js';

/** Cards in one message (Meta: 257 is the most that works, fewer are advised). */
const MOST_CONTACTS = 257;

/** Entries of one sort on a card. Meta names no limit; this one keeps a message within what can be stored and read. */
const MOST_ENTRIES = 100;

const NAME_PARTS = ['first_name', 'last_name', 'middle_name', 'suffix', 'prefix'] as const;

const word = optional(text({ min: 0, max: 1000 }));

const name = object(
  { formatted_name: text({ max: 1000 }), ...Object.fromEntries(NAME_PARTS.map((part) => [part, word])) },
  { rules: [hasAnotherPart] },
);

const entries = (fields: Parameters<typeof object>[0]) => optional(list(object(fields), { min: 0, max: MOST_ENTRIES }));

const card = object({
  name,
  birthday: optional(text({ pattern: /^\d{4}-\d{2}-\d{2}$/, test: isDay, rule: 'must be a day written YYYY-MM-DD' })),
  addresses: entries({
    street: word,
    city: word,
    state: word,
    zip: word,
    country: word,
    country_code: word,
    type: word,
  }),
  emails: entries({ email: word, type: word }),
  org: optional(object({ company: word, department: word, title: word })),
  phones: entries({ phone: word, type: word, wa_id: word }),
  urls: entries({ url: word, type: word }),
});

/** Contact cards (Cloud API, "Contacts messages"). The content is the list itself. */
export const contacts = defineKind({
  kind: 'contacts',
  schemaName: 'ContactsContent',
  content: described(list(card, { min: 1, max: MOST_CONTACTS }), 'Contact cards.'),
});

/** Meta refuses a card whose name is the formatted one alone. */
function hasAnotherPart(value: Fields, at: string, faults: FieldError[]): void {
  if (NAME_PARTS.some((part) => typeof value[part] === 'string' && value[part] !== '')) return;
  addFault(faults, `${at}/first_name`, `or another part of the name must be given (${NAME_PARTS.join(', ')})`);
}

function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
