/** One offending field as a wire names it. */
export interface OutcomeField {
  readonly pointer: string;
  readonly detail: string;
}

/** What came of a call, in the terms that all wires share. */
export type Outcome =
  | { readonly ok: true; readonly value: Readonly<Record<string, unknown>> }
  | {
      readonly ok: false;
      readonly code: string;
      readonly detail: string;
      readonly fields: readonly OutcomeField[];
      readonly retryAfterMs?: number;
      /** What Meta said; what it did not say is absent. */
      readonly meta?: Readonly<Record<string, unknown>>;
    };

/** How a call is made. */
export interface CallOptions {
  /** API key; null for none. The first tenant's key for everything when absent. */
  readonly key?: string | null;
  /** The whole credential, in place of a key. */
  readonly authorization?: string;
  readonly idempotencyKey?: string;
}

/** The part of an outcome that says what Meta said, of JSON. */
export function metaOf(meta: object | undefined): { meta?: Record<string, unknown> } {
  return meta === undefined ? {} : { meta: sameOnAllWires(meta) as Record<string, unknown> };
}

/** Absent, null and an empty list mean the same to protobuf: what is left is what every wire says alike. */
export function sameOnAllWires(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sameOnAllWires);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, child]) => [key, sameOnAllWires(child)] as const);
  const isNothing = (child: unknown) => child === null || (Array.isArray(child) && child.length === 0);
  return Object.fromEntries(entries.filter(([, child]) => !isNothing(child)));
}
