import { Injectable } from '@nestjs/common';
import { releasesOfTemplate } from '../core/limits/release-by-poll.js';
import { toStorableText } from '../core/text/well-formed.js';
import { Db } from '../platform/db/db.js';
import { StopsService } from '../rate-limit/stops.service.js';
import { TemplateDirectoryService } from './template-directory.service.js';
import * as store from './templates.store.js';

/** A list of Meta's: a WABA's templates, all of them or those of one name. */
export interface TemplateList {
  readonly wabaId: string;
  readonly portfolioId: string;
  /** When it was asked for, on the database's clock (`now`). */
  readonly askedAt: Date;
  readonly facts: readonly store.TemplateFacts[];
  /** Whether it is all of them: what it has not is gone. */
  readonly isWhole: boolean;
}

/** Takes in what Meta's lists tell of templates, and lets go on what they show to be over. */
@Injectable()
export class TemplateListsService {
  constructor(
    private readonly db: Db,
    private readonly directory: TemplateDirectoryService,
    private readonly stops: StopsService,
  ) {}

  /** The instant to ask for a list at. */
  now(): Promise<Date> {
    return store.readClock(this.db);
  }

  /** Writes a list down and shows it at once; a stop that it shows to be over is released by the same commit. */
  async take({ facts, isWhole, ...of }: TemplateList): Promise<void> {
    const writing = { ...of, source: 'poll' } as const;
    await this.db.transaction(async (tx) => {
      const { turns } = await store.writeTemplates(tx, writing, facts);
      const listed = facts.map((fact) => fact.templateId);
      if (isWhole) await store.markGone(tx, writing, listed);
      const releases = turns.flatMap((turn) => releasesOf(of, turn));
      await this.stops.releaseIn(tx, releases);
    });
    await this.directory.refresh();
  }
}

function releasesOf(list: Pick<TemplateList, 'wabaId' | 'portfolioId' | 'askedAt'>, turn: store.StatusTurn) {
  const { wabaId, portfolioId, askedAt: at } = list;
  const of = { portfolioId, scope: 'template', scopeId: `${wabaId}/${toStorableText(turn.name)}`, at } as const;
  return releasesOfTemplate(turn).map(({ codes, said }) => ({ ...of, codes, by: `Meta: ${said}` }));
}
