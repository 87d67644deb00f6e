/** Meta could not use a file that it has from us (Meta, "Error codes"): it needs another copy. */
const MEDIA_ERRORS: ReadonlySet<number> = new Set([131052, 131053]);

/** Tells whether an error of Meta's is about the file of a message, in the answer to a send or in a failed status. */
export function isMediaError(code: number | null): boolean {
  return code !== null && MEDIA_ERRORS.has(code);
}
