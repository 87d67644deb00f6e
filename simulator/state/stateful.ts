/** A part of the platform whose state a reset empties and a snapshot keeps. */
export interface Stateful {
  /** Back to how it was at the start. */
  reset(): void;
  /** Its state as plain data: objects, arrays, maps, sets, buffers, numbers and texts. */
  save(): unknown;
  /** Takes what `save` gave, which nobody else holds. */
  load(saved: unknown): void;
}

/** A piece of plain state; `current` is replaced by a reset and by a snapshot, so nobody may keep it. */
export interface Cell<T> {
  readonly current: T;
}
