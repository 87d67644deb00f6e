import { LeastRoundTrip } from './least-round-trip.js';

const SECOND_MS = 1000;

/** How soon a window whose oldest send is still in the air is looked at again. */
const LOOK_AGAIN_MS = 5;

/**
 * How long the first message of a connection may be overtaken by others. The platform has to take up the connection
 * first, which a busy one does late, while messages on the others go in at once. As long as that is unknown, `mostMs`:
 * of those that a starving platform met at its start some were overtaken by 764 ms. It takes up connections in their
 * order, so the answer to the first message of a later one shows that this has come to an end: `leastMs` is enough then.
 */
const OVERTAKEN = { leastMs: 250, mostMs: 1000 };

/** Marks a send of which nothing has been heard. */
const IN_THE_AIR = Number.POSITIVE_INFINITY;

/**
 * Never lets more than `limit` messages *arrive* at Meta in any second, wherever the second begins: Meta counts when a
 * message reaches it, and two that left a second apart can arrive closer together than that.
 *
 * A send arrives between its write and its answer, and not after the answer to any send written later: what stands
 * still (a starved machine, a full queue) holds up everything behind it. Only the first message of a connection is
 * overtaken: of that, its own answer tells when it arrived, or that of the first message of a later connection, or it
 * was a while later. (Measured with a platform that stalls now and then: 66 of 253 first messages overtaken by 3 to 11
 * ms, none of 15,802 others by 1.) Of that span the least round trip seen lately is the way itself, the same for all;
 * only what exceeds it can bring arrivals closer together. So a slot is free a second and the guard after the latest
 * instant at which its message can have arrived, and a send that has been in the air for longer than a round trip is
 * held until something is heard. Delays cost rate where they happen, and only there.
 *
 * The guard stands for what cannot be seen: that the least round trip is not quite the least. Mutable for speed (a
 * lane spends 1,000 a second); times are arguments and must not go back.
 */
export class ArrivalWindow {
  /** Rings, by order of writing: when each send was written, and by when it has arrived. They only ever grow. */
  private writtenAt: Float64Array;
  private arrivedBy: Float64Array;
  /** Sends written so far; the ring holds the latest of them. */
  private written = 0;
  /** Of how many of them, the oldest first, something has been heard. */
  private heardOf = 0;
  /** Those that may be overtaken and have no answer of their own yet: few, and mostly none. */
  private readonly overtakable = new Set<number>();
  /** Taken and not written yet: a connection is being made, or the event loop is busy. */
  private pending = 0;
  private readonly roundTrip = new LeastRoundTrip();
  private readonly windowMs: number;

  constructor(
    private perSecond: number,
    guardMs: number,
  ) {
    this.windowMs = SECOND_MS + guardMs;
    this.writtenAt = new Float64Array(perSecond).fill(Number.NEGATIVE_INFINITY);
    this.arrivedBy = new Float64Array(perSecond).fill(Number.NEGATIVE_INFINITY);
  }

  /** The number of messages that any second may hold. */
  get limit(): number {
    return this.perSecond;
  }

  /** Messages that take up a slot at `nowMs`. */
  usedAt(nowMs: number): number {
    return this.perSecond - this.allowedAt(nowMs);
  }

  /** How many may be written at `nowMs`, at once. */
  allowedAt(nowMs: number, upTo = this.perSecond): number {
    const slots = this.perSecond - this.pending;
    const wanted = Math.min(upTo, slots);
    let allowed = 0;
    while (allowed < wanted && this.isFreeAt(this.placeOf(this.written - slots + allowed), nowMs)) allowed += 1;
    return allowed;
  }

  /** The first instant from `nowMs` on at which one more may be written; an early guess while that is not known. */
  freeAtMs(nowMs: number): number {
    const slots = this.perSecond - this.pending;
    if (slots <= 0) return nowMs + LOOK_AGAIN_MS;
    const place = this.placeOf(this.written - slots);
    const freeAtMs = this.latestArrivalAt(place) + this.windowMs;
    return freeAtMs < IN_THE_AIR ? freeAtMs : Math.max(nowMs + LOOK_AGAIN_MS, this.writtenOf(place) + this.windowMs);
  }

  /** Sets a slot aside for a message that is about to be written. The caller has asked `allowedAt`. */
  take(): void {
    this.pending += 1;
  }

  /** A message that was taken was never written. */
  giveBack(): void {
    this.pending -= 1;
  }

  /** A message that was taken was written at `atMs`, first on its connection or not; gives its place in the order of writing. */
  write(atMs: number, isFirst = false): number {
    this.pending -= 1;
    this.push(atMs, IN_THE_AIR);
    if (isFirst) this.overtakable.add(this.written - 1);
    return this.written - 1;
  }

  /**
   * Something was heard of a message at `atMs`: it and all that were written before it have arrived, but for those that
   * it may have overtaken. Only answers tell how long the way is; a failure may come from anywhere.
   */
  hear(place: number, atMs: number, isAnswer: boolean): void {
    const oldest = this.written - this.writtenAt.length;
    if (isAnswer && place >= oldest) this.roundTrip.see(atMs - this.writtenOf(this.placeOf(place)), atMs);
    const wayMs = this.roundTrip.leastMs;
    const isFirst = this.overtakable.delete(place);
    for (let one = Math.max(this.heardOf, oldest); one <= place; one += 1) {
      const at = this.placeOf(one);
      const mostMs = this.writtenOf(at) + OVERTAKEN.mostMs + wayMs;
      this.arrivedBy[at] = this.overtakable.has(one) ? Math.max(atMs, mostMs) : atMs;
    }
    this.heardOf = Math.max(this.heardOf, place + 1);
    if (!isFirst) return;
    if (place >= oldest) this.arrivedBefore(place, atMs);
    if (isAnswer) this.takenUp(place, oldest, atMs, wayMs);
  }

  /** Counts a message of an earlier owner that had arrived by `atMs` at the latest. The oldest first, before any other. */
  inherit(atMs: number): void {
    this.push(atMs, atMs);
    this.heardOf = this.written;
  }

  /** Changes the limit at once; what was sent stays sent, so that lowering and raising it again gains nothing. */
  resize(perSecond: number): void {
    const missing = perSecond - this.writtenAt.length;
    if (missing > 0) {
      this.writtenAt = this.grown(this.writtenAt, missing);
      this.arrivedBy = this.grown(this.arrivedBy, missing);
    }
    this.perSecond = perSecond;
  }

  private grown(ring: Float64Array, missing: number): Float64Array {
    const larger = new Float64Array(ring.length + missing).fill(Number.NEGATIVE_INFINITY);
    for (let one = this.written - ring.length; one < this.written; one += 1) {
      larger[placeIn(larger, one)] = ring[placeIn(ring, one)] as number;
    }
    return larger;
  }

  private push(writtenAtMs: number, arrivedByMs: number): void {
    const place = this.placeOf(this.written);
    this.writtenAt[place] = writtenAtMs;
    this.arrivedBy[place] = arrivedByMs;
    this.written += 1;
  }

  /** The connection of `place` was taken up, and so were all that were made before it. */
  private takenUp(place: number, oldest: number, atMs: number, wayMs: number): void {
    for (const one of this.overtakable) {
      if (one >= oldest && one < place) {
        this.arrivedBefore(one, Math.max(atMs, this.writtenOf(this.placeOf(one)) + OVERTAKEN.leastMs + wayMs));
      }
    }
  }

  private arrivedBefore(one: number, atMs: number): void {
    const at = this.placeOf(one);
    this.arrivedBy[at] = Math.min(this.arrivedBy[at] as number, atMs);
  }

  private isFreeAt(place: number, nowMs: number): boolean {
    const arrivalMs = this.latestArrivalAt(place);
    if (arrivalMs < IN_THE_AIR) return nowMs >= arrivalMs + this.windowMs;
    const writtenAtMs = this.writtenOf(place);
    // Still on its way as usual: with a round trip of more than a second, nothing can have been heard yet.
    return nowMs >= writtenAtMs + this.windowMs && nowMs < writtenAtMs + this.roundTrip.provenMs;
  }

  /** The latest instant of arrival, on a scale on which the usual way takes no time. */
  private latestArrivalAt(place: number): number {
    const arrivedByMs = this.arrivedBy[place] as number;
    return Math.max(this.writtenOf(place), arrivedByMs - this.roundTrip.provenMs);
  }

  private writtenOf(place: number): number {
    return this.writtenAt[place] as number;
  }

  private placeOf(one: number): number {
    return placeIn(this.writtenAt, one);
  }
}

/** Where in a ring a message stands; negative numbers are places that were never written to. */
function placeIn(ring: Float64Array, one: number): number {
  return ((one % ring.length) + ring.length) % ring.length;
}
