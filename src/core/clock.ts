/**
 * Where time comes from. Nothing in `src/` asks the machine directly, so that a test can own the time; decisions in
 * `core/` take it as an argument.
 */
export interface Clock {
  /** The wall time, for what people read. State is judged by the database's clock, never by this one. */
  now(): Date;
  /** Milliseconds of a clock that never jumps, for rates, time-outs and durations. */
  monotonicMs(): number;
}
