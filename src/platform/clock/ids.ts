import { v7 } from 'uuid';

/** A new UUIDv7: its order is roughly that of creation, so that new rows land side by side in an index. */
export function newId(): string {
  return v7();
}

/** A number in [0, 1) for spreading things out; never for secrets. */
export function jitter(): number {
  return Math.random();
}
