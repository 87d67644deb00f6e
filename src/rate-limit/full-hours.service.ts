import { Injectable } from '@nestjs/common';
import { Db } from '../platform/db/db.js';
import { Every } from '../platform/lifecycle/worker-loop.js';
import { Runtime } from '../platform/runtime.js';
import { fullHourSpreads } from './policies.store.js';

/** How long a look at what was chosen is believed. */
const BELIEVE_MS = 1000;

/**
 * How long after a full hour marketing is spread. Asked wherever messages are accepted, also where no lanes are, so it is looked up
 * when it is asked: once a second at most, for all numbers and all who ask meanwhile, and never while nothing is scheduled.
 */
@Injectable()
export class FullHoursService {
  private readonly looking: Every;
  private found: Promise<ReadonlyMap<string, number>> | null = null;

  constructor(
    private readonly db: Db,
    private readonly runtime: Runtime,
  ) {
    this.looking = new Every(BELIEVE_MS, runtime.clock);
  }

  /** In milliseconds, 0 for not at all: what was chosen for the number, else the setting. A choice holds within a second. */
  async spreadOf(phoneNumberId: string): Promise<number> {
    const isOld = this.looking.due();
    if (this.found === null || isOld) this.found = this.look();
    return (await this.found).get(phoneNumberId) ?? this.runtime.config.fullHourSpreadMs;
  }

  private async look(): Promise<ReadonlyMap<string, number>> {
    try {
      const rows = await fullHourSpreads(this.db);
      return new Map(rows.map((row) => [row.phone_number_id, row.full_hour_spread_ms]));
    } catch (err) {
      // Whoever asks next looks again.
      this.found = null;
      throw err;
    }
  }
}
