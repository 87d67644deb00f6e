import { Injectable } from '@nestjs/common';
import { AccountsService, type PhoneNumber } from '../accounts/accounts.service.js';
import type { Stop } from '../core/limits/stop.js';
import { Db } from '../platform/db/db.js';
import type { Worker } from '../platform/lifecycle/worker-loop.js';
import { StopsService } from '../rate-limit/stops.service.js';
import { TemplateDirectoryService } from '../templates/template-directory.service.js';
import { LaneKeeper } from './lane-keeper.js';
import { LaneSchedule } from './lane-schedule.js';
import { type Freed, wakePutOff } from './send-queue.store.js';

/** How often it is looked whether anything has ended, in memory. */
const LOOK_EVERY_MS = 500;

/** Most messages that are woken by one statement. */
const AT_ONCE = 5000;

/**
 * Lets messages go on that were put off because of a stop or of the state of their template, once that has ended. The
 * owner of their lane does it, and not who released the stop: the send loop has to know of the end first, or it would
 * put them off again. Beside the send loop, because a campaign that waits may be large.
 */
@Injectable()
export class EndedHolds implements Worker {
  readonly name = 'ended-holds';
  /** What has ended lately, or could not be acted on yet. */
  private lately: readonly Freed[] = [];

  constructor(
    private readonly db: Db,
    private readonly accounts: AccountsService,
    private readonly stops: StopsService,
    private readonly templates: TemplateDirectoryService,
    private readonly keeper: LaneKeeper,
    private readonly schedule: LaneSchedule,
  ) {}

  /** Wakes what waits on the lanes of this worker for what has ended since the last time. */
  async runOnce(): Promise<{ nextInMs: number }> {
    const newly = this.newlyFreed();
    this.lately = [...this.lately, ...newly];
    if (this.lately.length > 0) {
      for (const freed of this.lately) await this.wake(freed);
      // Once more the next time: a message may have been judged before the end and put off after this.
      this.lately = newly;
    }
    return { nextInMs: LOOK_EVERY_MS };
  }

  /**
   * In small batches: the send loop may want to put one of the messages off again, and would wait for the lock of them
   * all.
   */
  private async wake(freed: Freed): Promise<void> {
    for (let left = true; left; ) {
      const { queues, isLast } = await wakePutOff(this.db, freed, AT_ONCE);
      for (const { priority, fairness_key: fairnessKey } of queues) {
        this.schedule.wake(freed.phoneNumberId, { priority, fairnessKey });
      }
      left = !isLast;
    }
  }

  private newlyFreed(): Freed[] {
    const lanes = this.keeper.lanes();
    // While the lease has lapsed what has ended stays to be asked for.
    if (lanes.length === 0) return [];
    const stops = this.stops.takeEnded();
    const templates = this.templates.takeSendableAgain();
    if (stops.length === 0 && templates.length === 0) return [];
    return lanes.flatMap(({ phoneNumberId }) => {
      const number = this.accounts.phoneNumber(phoneNumberId);
      if (number === undefined) return [];
      const again = templates.filter(({ wabaId }) => wabaId === number.wabaId);
      return [...stops.flatMap((stop) => freedOn(number, stop)), ...again.map(({ name }) => ofTemplate(number, name))];
    });
  }
}

/** What an ended stop held on a number. */
function freedOn(number: PhoneNumber, { scope, scopeId, stops }: Stop): Freed[] {
  const { phoneNumberId, wabaId, portfolioId } = number;
  if (scope === 'template') {
    const isOfWaba = scopeId.startsWith(`${wabaId}/`);
    return isOfWaba ? [ofTemplate(number, scopeId.slice(wabaId.length + 1))] : [];
  }
  const isOfNumber = scopeId === { number: phoneNumberId, waba: wabaId, portfolio: portfolioId }[scope];
  return isOfNumber ? [{ phoneNumberId, template: null, isOfTemplates: stops === 'templates' }] : [];
}

function ofTemplate({ phoneNumberId }: PhoneNumber, template: string): Freed {
  return { phoneNumberId, template, isOfTemplates: true };
}
