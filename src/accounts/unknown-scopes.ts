import { opensAnything } from '../platform/auth/scopes.js';
import type { BootstrapFile } from './bootstrap.dto.js';

/** Scopes of a key in the bootstrap file that open nothing: misspelt, most likely. */
export interface UnknownScopes {
  /** Where they stand, such as `portfolios[0].api_keys[1].scopes`. */
  readonly field: string;
  /** The name of the key. */
  readonly apiKey: string;
  readonly unknown: readonly string[];
}

/**
 * The keys of a file that have scopes which open nothing. No reason not to start: an earlier or a later version may
 * know them.
 */
export function unknownScopes(file: BootstrapFile): UnknownScopes[] {
  return file.portfolios.flatMap((portfolio, i) =>
    (portfolio.api_keys ?? []).flatMap((key, j) => {
      const unknown = key.scopes.filter((scope) => !opensAnything(scope));
      return unknown.length === 0
        ? []
        : [{ field: `portfolios[${i}].api_keys[${j}].scopes`, apiKey: key.name, unknown }];
    }),
  );
}
