import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { personForms } from '../core/consent/person-forms.js';
import { personKey } from '../core/consent/person-key.js';
import { learn } from '../core/delivery/message-lifecycle.js';
import { GatewayError } from '../core/gateway-error.js';
import { inboundFileOf } from '../core/media/inbound-file.js';
import { asObject, type JsonValue } from '../core/webhook/json-value.js';
import { InboundMediaService } from '../media/inbound-media.service.js';
import type { Tenant } from '../platform/auth/principal.js';
import { newId } from '../platform/clock/ids.js';
import { Db } from '../platform/db/db.js';
import { Runtime } from '../platform/runtime.js';
import { idOf } from './delivery.service.js';
import { erasedPerson } from './erased-person.js';
import type { EraseDto, ErasureView } from './erasures.dto.js';
import * as store from './erasures.store.js';
import { lockMessages, writeChanges } from './message-changes.store.js';
import { OutboxSignal } from './outbox-signal.js';

/** Rows that one statement looks at: a table may be large, and no statement may take ten seconds. */
const PAGE = { messages: 10_000, inbound: 500, events: 10_000, webhooks: 1000 };

const NO_ID = '00000000-0000-0000-0000-000000000000';

/** How soon what is on its way has arrived, as a rule. */
const AGAIN_MS = 5000;

/**
 * Takes a person out of everything that is kept. Done in many small transactions: it may break off and be asked for
 * again, and what was done stays done.
 */
@Injectable()
export class ErasuresService {
  private readonly erasures: Counter;

  constructor(
    private readonly db: Db,
    private readonly media: InboundMediaService,
    private readonly outbox: OutboxSignal,
    private readonly runtime: Runtime,
  ) {
    this.erasures = runtime.metrics.counter('heliograph_erasures_total', 'People erased.');
  }

  /**
   * Erases a person by phone number, business-scoped user id, or both, and by what their messages show as the other of
   * the two. Throws `unavailable` while a message to them is on its way or a webhook about them is not applied yet.
   */
  async erase(tenant: Tenant, { to, recipient }: EraseDto): Promise<ErasureView> {
    const person = await this.identify(
      tenant.portfolioId,
      [to, recipient].filter((name) => name !== undefined),
    );
    // Raw webhooks first: one that is still to be applied would bring back what is taken out below.
    const webhooks = await this.eraseWebhooks(person);
    const messages = await this.eraseMessages(person);
    const { inbound, files } = await this.eraseInbound(person);
    const events = await this.eraseEvents(person);
    const rest = await this.db.transaction(async (tx) => {
      const { apiKeyPepper } = this.runtime.config;
      const names = person.keys.map((key) => ({ person: key, erased: erasedPerson(key, apiKeyPepper) }));
      const optOuts = await store.hideOptOuts(tx, person.portfolioId, names);
      const other = (await store.forgetPerson(tx, person)) + (await store.deleteLeftovers(tx, person));
      return { optOuts, other };
    });
    const erased = {
      messages,
      inbound_messages: inbound,
      files,
      other: webhooks + events + rest.other,
      opt_outs_kept: rest.optOuts,
    };
    const id = newId();
    const { portfolioId, keyId } = tenant;
    const at = await store.recordErasure(this.db, { id, portfolioId, askedBy: keyId, erased });
    this.erasures.inc();
    this.runtime.logger.info({ erasure: id, key_id: keyId }, 'a person was erased');
    return { id, erased_at: at.toISOString(), ...erased };
  }

  private async identify(portfolioId: string, names: readonly string[]): Promise<store.ErasedPerson> {
    const asked = names.flatMap(personForms);
    const aliases = await store.findAliases(this.db, portfolioId, asked);
    const forms = [...new Set([...asked, ...aliases.flatMap(personForms)])];
    const bare = forms.filter((form) => !form.startsWith('+'));
    return {
      portfolioId,
      forms,
      keys: [...new Set(forms.map(personKey))],
      // A number that is a part of a longer one, such as an id of Meta's, is not this one.
      patterns: bare.map((form) => `(^|[^0-9A-Za-z])${form.replaceAll('.', '\\.')}($|[^0-9A-Za-z])`),
    };
  }

  private async eraseWebhooks(person: store.ErasedPerson): Promise<number> {
    let count = 0;
    for (let after: number | null = 0; after !== null; ) {
      const page = await store.deleteWebhooksOf(this.db, person, after, PAGE.webhooks);
      if (page.waiting > 0) throw notYet('A webhook about this person is not applied yet.');
      count += page.count;
      after = page.last;
    }
    return count;
  }

  private async eraseMessages(person: store.ErasedPerson): Promise<number> {
    let count = 0;
    for (let after: string | null = NO_ID; after !== null; ) {
      const page = await store.findMessagesTo(this.db, person, after, PAGE.messages);
      if (page.ids.length > 0) await this.eraseSome(page.ids, person.patterns);
      count += page.ids.length;
      after = page.last;
    }
    this.outbox.raise();
    return count;
  }

  /** What waits is cancelled: without its content and recipient it could not be sent. */
  private eraseSome(ids: readonly string[], patterns: readonly string[]): Promise<void> {
    return this.db.transaction(async (tx) => {
      const { now, messages } = await lockMessages(tx, { ids });
      if (messages.some(({ record }) => record.state === 'sending')) {
        throw notYet('A message to this person is on its way.');
      }
      const changes = messages
        .filter(({ record }) => record.state === 'queued' || record.state === 'scheduled')
        .map((before) => ({ before, learned: learn(before.record, { kind: 'cancel_asked' }, now) }));
      await writeChanges(tx, changes, this.runtime.publishesEvents);
      await store.eraseMessages(tx, ids, patterns);
    });
  }

  private async eraseInbound(person: store.ErasedPerson): Promise<{ inbound: number; files: number }> {
    const { portfolioId } = person;
    const counts = { inbound: 0, files: 0 };
    for (;;) {
      const rows = await store.findInboundOf(this.db, person, PAGE.inbound);
      if (rows.length === 0) return counts;
      const files = rows.flatMap(({ item }) => {
        const file = inboundFileOf(asObject(JSON.parse(item) as JsonValue) ?? {});
        return file === null ? [] : [{ id: idOf('media', portfolioId, file.metaMediaId), portfolio_id: portfolioId }];
      });
      await this.media.forget(files);
      await this.db.transaction((tx) =>
        store.deleteInbound(
          tx,
          rows.map(({ id }) => id),
        ),
      );
      counts.inbound += rows.length;
      counts.files += files.length;
    }
  }

  private async eraseEvents(person: store.ErasedPerson): Promise<number> {
    let count = 0;
    for (let after: number | null = 0; after !== null; ) {
      const page = await store.deleteEventsOf(this.db, person, after, PAGE.events);
      count += page.count;
      after = page.last;
    }
    return count;
  }
}

function notYet(what: string): GatewayError {
  return new GatewayError('unavailable', `${what} Ask again in a few seconds; what was erased so far stays erased.`, {
    retryAfterMs: AGAIN_MS,
  });
}
