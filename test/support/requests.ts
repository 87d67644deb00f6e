import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { filledIn, printedRequests } from '../../simulator/testing/printed-requests.js';

/** A body of `POST /{version}/{phone_number_id}/messages` and what it is called. */
export type NamedRequest = readonly [name: string, body: Readonly<Record<string, unknown>>];

const FOLDER = path.resolve(import.meta.dirname, '../fixtures/requests');

/** The project's own bodies: one for each form that Meta's documents print. */
export function requestFixtures(): NamedRequest[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .map((file) => [file.slice(0, -'.json'.length), JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8'))]);
}

/** The bodies that Meta's documents print, filled in where they are forms; none when they are not on this machine. */
export function printedBodies(): NamedRequest[] {
  const printed = printedRequests() ?? [];
  return printed.map(({ name, body }) => [name, filledIn(body) as Record<string, unknown>]);
}

/** Those that are no whole message as printed: nobody can be told from a placeholder. */
export function printedForms(): NamedRequest[] {
  const printed = printedRequests() ?? [];
  const isForm = (body: object) => !/^(\+?\d+|Y2F.*)$/.test(String((body as { to?: unknown }).to ?? '0'));
  return printed.filter(({ body }) => isForm(body)).map(({ name, body }) => [name, body]);
}

/** What a body is made of: its fields, and what distinguishes one kind from another; not what it says. */
export function formOf(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return [...new Set(value.map((item) => JSON.stringify(formOf(item))))].sort();
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(fields.map(([name, child]) => [name, formOf(child, name)]));
  }
  return WORDS.has(key) ? String(value).toLowerCase() : typeof value === 'boolean';
}

const WORDS = new Set(['type', 'sub_type', 'recipient_type']);
