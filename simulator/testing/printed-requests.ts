import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { referencePath } from './reference.js';

/** A request as Meta's documents print it: a whole message, or a form with `<PLACEHOLDERS>` in it. */
export interface PrintedRequest {
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Every send that Meta's documents print; undefined when they are not on this machine: they are no part of the project. */
export function printedRequests(): PrintedRequest[] | undefined {
  const folder = referencePath('payloads', 'requests');
  if (folder === undefined) return undefined;
  return readdirSync(folder)
    .filter((file) => file.startsWith('send-'))
    .map((name) => ({ name, body: JSON.parse(readFileSync(path.join(folder, name), 'utf8')) }));
}

const FILLED: Readonly<Record<string, unknown>> = {
  latitude: '37.4',
  longitude: '-122.1',
  emoji: '😀',
  expiration_days: 7,
  country: 'IN',
  code: 'en_US',
  url: 'https://example.com/',
  parameters: { country: 'IN' },
};

/** Fills a form in. What is whole stays as it is; of two alternatives that are both printed the first is kept. */
export function filledIn(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) {
    const elements = value.map((element) => filledIn(element));
    // One card is printed where two are the least.
    return name === 'cards' && elements.length === 1
      ? [elements[0], { ...(elements[0] as object), card_index: 1 }]
      : elements;
  }
  if (typeof value === 'string') return text(value, name);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([key, member]) => [text(key, ''), filledIn(member, key)] as const);
  const both = members.some(([key]) => key === 'id') && members.some(([key]) => key === 'link');
  return Object.fromEntries(both ? members.filter(([key]) => key !== 'link') : members);
}

function text(value: string, name: string): unknown {
  if (name === 'to') return /^\+?\d+$/.test(value) || value.startsWith('Y2') ? value : '+16505551234';
  if (name === 'parameters' && value === 'JSON Payload') return FILLED.parameters;
  if (!/^<.*>$/.test(value)) return value;
  if (/PIN_OPERATION/.test(value)) return 'pin';
  if (/HEADER_FORMAT|MEDIA_HEADER_TYPE/.test(value)) return 'image';
  if (/PARAM_TYPE|^<TYPE>$/.test(value)) return 'text';
  return name !== '' && Object.hasOwn(FILLED, name) ? FILLED[name] : 'x1';
}
