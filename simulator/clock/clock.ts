import { performance } from 'node:perf_hooks';

/** Tells the instant, in milliseconds since the Unix epoch, with microseconds after the point. Never goes back. */
export type Clock = () => number;

/**
 * The monotonic clock of this process, anchored to the wall clock once at its start: a later step of the wall clock
 * can neither stretch nor shrink a throughput second. Rounded to microseconds, so that a number read back from the
 * ledger is the very number the throughput was judged by.
 */
export const monotonicClock: Clock = () => Math.round((performance.timeOrigin + performance.now()) * 1000) / 1000;

/** Whole seconds since the epoch, as Meta writes the instants of webhooks. */
export const toSeconds = (atMs: number): number => Math.floor(atMs / 1000);
