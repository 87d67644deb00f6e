import { Injectable } from '@nestjs/common';
import { groupBy } from '../core/group-by.js';
import { isMediaError, isMediaKind } from '../core/limits/media-circuit.js';
import type { Queryable } from '../platform/db/queryable.js';
import { Every } from '../platform/lifecycle/worker-loop.js';
import { Runtime } from '../platform/runtime.js';
import { countFailedMedia, type MediaNews, numbersWithFailedMedia } from './failed-media.store.js';

/** How often it is asked which numbers have failures that count, whichever replica heard of them. */
const LOOK_EVERY_MS = 1000;

/** A status that was new of a message. */
export interface StatusNews {
  readonly portfolioId: string;
  readonly phoneNumberId: string;
  /** Kind of the message. */
  readonly type: string;
  readonly status: string;
  /** Meta's codes, of one that failed. */
  readonly codes: readonly number[];
}

/** Statuses from which on a message has left Meta: its file was good. */
const ARRIVED: ReadonlySet<string> = new Set(['sent', 'delivered', 'read', 'played']);

/**
 * Hears which media messages failed because of their files after Meta had taken them (131053), and which arrived: the first are counted
 * in a row, for the circuit of the number's lane (S31). Whoever sends by link learns of a bad link in no other way. While nothing fails
 * it costs one look a second; an arrival that another replica heard of within that second may be missed, and then a failure counts that
 * should not.
 */
@Injectable()
export class FailedMediaService {
  private readonly looking: Every;
  private failing: ReadonlySet<string> = new Set();

  constructor(runtime: Runtime) {
    this.looking = new Every(LOOK_EVERY_MS, runtime.clock);
  }

  /** Takes on statuses in the order in which they came, in the caller's transaction. */
  async heard(tx: Queryable, news: readonly StatusNews[]): Promise<void> {
    const ofMedia = news.filter(({ type }) => isMediaKind(type));
    if (ofMedia.length === 0) return;
    if (this.looking.due()) this.failing = new Set(await numbersWithFailedMedia(tx));
    const counted = [...groupBy(ofMedia, ({ phoneNumberId }) => phoneNumberId).values()]
      .map(summed)
      .filter((n) => n.failures > 0 || (n.hasArrived && this.failing.has(n.phoneNumberId)));
    if (counted.length === 0) return;
    await countFailedMedia(tx, counted);
    this.failing = new Set([...this.failing, ...counted.map((n) => n.phoneNumberId)]);
  }
}

function summed(ofNumber: readonly StatusNews[]): MediaNews {
  let failures = 0;
  let hasArrived = false;
  for (const { status, codes } of ofNumber) {
    if (status === 'failed' && codes.some(isMediaError)) failures += 1;
    if (!ARRIVED.has(status)) continue;
    failures = 0;
    hasArrived = true;
  }
  const { portfolioId, phoneNumberId } = ofNumber[0] as StatusNews;
  return { portfolioId, phoneNumberId, failures, hasArrived };
}
