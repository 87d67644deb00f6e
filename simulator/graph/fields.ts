import { json, type Reply } from '../http/reply.js';
import { type FieldSelection, FieldSyntaxError, parseFields } from './field-selection.js';
import { fbtraceId, type GraphRefusal, unknownField } from './graph-error.js';

/** How one field of a node is read; a refusal is for fields that take arguments, such as analytics. */
export type FieldReader<N> = (node: N, selection: FieldSelection) => unknown;

/** The fields of a kind of node: how each is read, and which come unasked. `id` always comes. */
export interface NodeFields<N> {
  readonly nodeType: string;
  readonly unasked: readonly string[];
  readonly fields: Readonly<Record<string, FieldReader<N>>>;
}

/** What `selectFields` found. */
export type Selected = { readonly members: Record<string, unknown> } | { readonly refusal: GraphRefusal };

/** The members of a node that `parameter` (a `fields` query; null = the default ones) asks for, or Graph's refusal. */
export function selectFields<N>(node: N, type: NodeFields<N>, parameter: string | null): Selected {
  const selections = selectionsIn(parameter, type.unasked);
  return 'refusal' in selections ? selections : readSelections(node, type, selections.fields);
}

function selectionsIn(
  parameter: string | null,
  unasked: readonly string[],
): { readonly fields: readonly FieldSelection[] } | { readonly refusal: GraphRefusal } {
  if (!parameter) return { fields: unasked.map((name): FieldSelection => ({ name, args: {} })) };
  try {
    return { fields: parseFields(parameter) };
  } catch (error) {
    if (error instanceof FieldSyntaxError) return { refusal: syntaxError(error.message) };
    throw error;
  }
}

/** The members that parsed selections ask for; what is asked of members below is cut out of plain objects and lists. */
export function readSelections<N>(node: N, type: NodeFields<N>, selections: readonly FieldSelection[]): Selected {
  const members: Record<string, unknown> = {};
  for (const selection of selections) {
    const read = Object.hasOwn(type.fields, selection.name) ? type.fields[selection.name] : undefined;
    if (!read) return { refusal: unknownField(selection.name, type.nodeType) };
    const value = read(node, selection);
    if (isRefusal(value)) return { refusal: value };
    members[selection.name] = cut(value, selection.fields);
  }
  return { members: { ...members, id: type.fields.id?.(node, { name: 'id', args: {} }) } };
}

const isRefusal = (value: unknown): value is GraphRefusal =>
  typeof value === 'object' && value !== null && 'status' in value && 'body' in value && 'code' in value;

/** Keeps the members asked for. Unknown ones are left out: below a field Graph's own answers are not consistent. */
function cut(value: unknown, fields: readonly FieldSelection[] | undefined): unknown {
  if (!fields || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => cut(item, fields));
  const members = value as Record<string, unknown>;
  if (Array.isArray(members.data)) return { ...members, data: cut(members.data, fields) };
  const kept = fields.filter(({ name }) => members[name] !== undefined);
  return Object.fromEntries(kept.map(({ name, fields: below }) => [name, cut(members[name], below)]));
}

/** Answers `GET /{node}?fields=…`. */
export function readNode<N>(node: N, type: NodeFields<N>, parameter: string | null): Reply {
  const selected = selectFields(node, type, parameter);
  if ('members' in selected) return json(selected.members);
  return json(selected.refusal.body, selected.refusal.status);
}

/** What Graph says to a `fields` parameter that it cannot read. */
function syntaxError(message: string): GraphRefusal {
  const error = { message, type: 'OAuthException', code: 2500, fbtrace_id: fbtraceId() };
  return { status: 400, code: 2500, body: { error } };
}
