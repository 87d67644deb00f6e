import { Injectable } from '@nestjs/common';
import { Db } from '../db/db.js';
import { Readiness } from './readiness.js';
import { within } from './worker-loop.js';

/** How long the database may take to say that it is there. */
const DATABASE_MS = 1000;

/** Whether this process can take work now. It is what the health of every wire says. */
@Injectable()
export class ReadyCheck {
  constructor(
    private readonly readiness: Readiness,
    private readonly db: Db,
  ) {}

  /** Why it cannot, in a sentence; null when it has started, is not stopping, and reaches its database. Never throws. */
  async whyNot(): Promise<string | null> {
    const { current } = this.readiness;
    if (current !== 'ready') return `The service is ${current}.`;
    const answer = this.db.rows('select 1').then(
      () => true,
      () => false,
    );
    return (await within(answer, DATABASE_MS)) && (await answer) ? null : 'The database does not answer.';
  }
}
