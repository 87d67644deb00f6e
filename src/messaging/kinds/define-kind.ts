import type { Shape } from '../../core/shape/shape.js';

/** A kind of message: what its content must look like, and what callers need to know of it. */
export interface KindDeclaration {
  /** The message's `type`, and the key of its content. */
  readonly kind: string;
  /** The name of its schema in the OpenAPI document. */
  readonly schemaName: string;
  readonly content: Shape;
}

/** Declares a kind. Its content goes to Meta exactly as it came, so a kind is nothing but its rules. */
export function defineKind<const K extends string>(
  declaration: KindDeclaration & { readonly kind: K },
): typeof declaration {
  return declaration;
}
