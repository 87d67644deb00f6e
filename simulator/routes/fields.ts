import { unknownField } from '../graph-error.js';
import { json, type Reply } from '../reply.js';

/** The fields of a kind of node: how each is read, and which come unasked. `id` always comes. */
export interface NodeFields<N> {
  readonly nodeType: string;
  readonly unasked: readonly string[];
  readonly fields: Readonly<Record<string, (node: N) => unknown>>;
}

/** The names in a `fields` parameter; sub-selections such as `throughput{level}` or `.limit(3)` are cut off. */
function namesIn(parameter: string): string[] {
  const names = parameter.replace(/\{[^}]*\}|\.[a-z_]+\([^)]*\)/g, '').split(',');
  return names.map((name) => name.trim()).filter((name) => name !== '');
}

/** The members of a node that `parameter` (a `fields` query; null = the default ones) asks for, or an unknown name. */
export function selectFields<N>(
  node: N,
  type: NodeFields<N>,
  parameter: string | null,
): { readonly members: Record<string, unknown> } | { readonly unknown: string } {
  const members: Record<string, unknown> = {};
  for (const name of parameter ? namesIn(parameter) : type.unasked) {
    const read = Object.hasOwn(type.fields, name) ? type.fields[name] : undefined;
    if (!read) return { unknown: name };
    members[name] = read(node);
  }
  return { members: { ...members, id: type.fields.id?.(node) } };
}

/** Answers `GET /{node}?fields=…`. */
export function readNode<N>(node: N, type: NodeFields<N>, parameter: string | null): Reply {
  const selected = selectFields(node, type, parameter);
  if ('members' in selected) return json(selected.members);
  const { status, body } = unknownField(selected.unknown, type.nodeType);
  return json(body, status);
}
