const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Under these names stand files, wherever in a message: on their own, in headers, parameters and cards. */
const MEDIA_OBJECTS = new Set(['image', 'audio', 'video', 'document', 'sticker']);

/** Kinds of messages in which files can stand: the others are not searched. */
const MAY_HOLD_MEDIA = new Set([...MEDIA_OBJECTS, 'template', 'interactive']);

/** Ids of ours that a message's content names; each once. Meta's own ids and links are left alone. */
export function mediaIdsOf(type: string, content: object): string[] {
  if (!MAY_HOLD_MEDIA.has(type)) return [];
  const found = new Set<string>();
  rewrite({ [type]: content }, (id) => {
    found.add(id);
    return id;
  });
  return [...found];
}

/** Whether the content names a file by an id of Meta's: that belongs to the number which uploaded it. */
export function namesMetaFile(type: string, content: object): boolean {
  return MAY_HOLD_MEDIA.has(type) && holdsMetaFile({ [type]: content });
}

function holdsMetaFile(value: unknown): boolean {
  if (value === null || typeof value !== 'object') return false;
  return Object.entries(value).some(([name, inner]) => {
    const id = MEDIA_OBJECTS.has(name) ? (inner as { readonly id?: unknown } | null)?.id : undefined;
    return (typeof id === 'string' && !UUID.test(id)) || holdsMetaFile(inner);
  });
}

/** The content with ids of ours replaced by those that Meta gave; the same content when it names none. */
export function withMetaIds(type: string, content: object, metaIds: ReadonlyMap<string, string>): object {
  if (metaIds.size === 0) return content;
  return (rewrite({ [type]: content }, (id) => metaIds.get(id) ?? id) as Record<string, object>)[type] as object;
}

/** A copy in which each id of ours became what `of` says. */
function rewrite(value: unknown, of: (id: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => rewrite(item, of));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const isFile = MEDIA_OBJECTS.has(name) && inner !== null && typeof inner === 'object' && !Array.isArray(inner);
      return [name, isFile ? rewriteFile(inner as Record<string, unknown>, of) : rewrite(inner, of)];
    }),
  );
}

function rewriteFile(file: Record<string, unknown>, of: (id: string) => string): object {
  const { id } = file;
  return typeof id === 'string' && UUID.test(id) ? { ...file, id: of(id) } : file;
}
