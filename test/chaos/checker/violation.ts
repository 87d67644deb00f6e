/** A broken promise: the invariant's name in docs/chaos.md, and what shows it. */
export interface Violation {
  readonly rule: string;
  readonly detail: string;
}
