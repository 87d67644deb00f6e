import { Injectable } from '@nestjs/common';
import { releaseSignal } from '../core/limits/release-signal.js';
import { toStorableText } from '../core/text/well-formed.js';
import { asObject } from '../core/webhook/json-value.js';
import { InboundMediaService } from '../media/inbound-media.service.js';
import { ConsentService } from '../messaging/consent.service.js';
import type { Notice } from '../messaging/delivery.service.js';
import type { Queryable } from '../platform/db/queryable.js';
import { MessagingLimitService } from '../rate-limit/messaging-limit.service.js';
import { StopsService } from '../rate-limit/stops.service.js';
import { TemplateSyncService } from '../templates/template-sync.service.js';
import type { SortedEvents } from './sort-events.js';

/** Meta writes the time of a notice in whole seconds: it may have been told so much later. */
const CUT_MS = 1000;

/** Hands what webhooks tell of people, files, templates and limits, rather than of messages, to those who keep it. */
@Injectable()
export class NewsApplier {
  constructor(
    private readonly consent: ConsentService,
    private readonly templates: TemplateSyncService,
    private readonly messaging: MessagingLimitService,
    private readonly stops: StopsService,
    private readonly media: InboundMediaService,
  ) {}

  /** Remembers what lets something go on, before statuses of what was sent earlier are applied. */
  async remember(tx: Queryable, { notices }: SortedEvents): Promise<void> {
    await this.stops.remember(tx, notices.flatMap(releaseOf));
  }

  /** Applies it in the caller's transaction; of inbound messages those only that are heard of for the first time. */
  async apply(tx: Queryable, sorted: SortedEvents, fresh: ReadonlySet<string>): Promise<void> {
    await this.consent.heardMessages(
      tx,
      [...sorted.heard].filter(([id]) => fresh.has(id)).map(([, heard]) => heard),
    );
    await this.media.heard(
      tx,
      [...sorted.files].filter(([id]) => fresh.has(id)).map(([, file]) => file),
    );
    await this.consent.heardPreferences(tx, sorted.preferences);
    await this.templates.heard(tx, sorted.templates);
    await this.messaging.recordIn(tx, sorted.messagingLimits);
    await this.stops.releaseIn(tx, sorted.notices.flatMap(releaseOf));
  }
}

/** What a notice of Meta's lets go on. */
function releaseOf({ portfolioId, aggregate, occurredAt, data }: Notice) {
  const { waba_id, field, value } = data as { waba_id?: unknown; field?: unknown; value?: unknown };
  const content = asObject(value);
  if (aggregate !== 'account' || typeof waba_id !== 'string' || typeof field !== 'string' || content === null)
    return [];
  const signal = releaseSignal(field, content);
  if (signal === null) return [];
  const { template, codes, said } = signal;
  const scope = template === null ? ('waba' as const) : ('template' as const);
  const scopeId = template === null ? waba_id : `${waba_id}/${toStorableText(template)}`;
  return [{ portfolioId, scope, scopeId, codes, by: `Meta: ${said}`, at: new Date(occurredAt.getTime() + CUT_MS) }];
}
