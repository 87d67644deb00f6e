import { Injectable } from '@nestjs/common';
import { AccountsService } from '../accounts/accounts.service.js';
import { refusalOf } from '../core/consent/may-contact.js';
import { personForms } from '../core/consent/person-forms.js';
import { personKey } from '../core/consent/person-key.js';
import { groupBy } from '../core/group-by.js';
import { type Stop, stopOf } from '../core/limits/stop.js';
import { namesMetaFile } from '../core/media/media-references.js';
import { chooseSender, isHealthy, type PoolMember } from '../core/pools/choose-sender.js';
import { type Destination, type Loss, lossOf, movesOf, STAYS, type Stay } from '../core/pools/fail-over.js';
import { judgeContentAtSend, judgeStateAtSend } from '../core/templates/message/judge-at-send.js';
import { Db } from '../platform/db/db.js';
import type { Queryable } from '../platform/db/queryable.js';
import { Runtime } from '../platform/runtime.js';
import { StopsService } from '../rate-limit/stops.service.js';
import { TemplateDirectoryService } from '../templates/template-directory.service.js';
import { readConsent } from './consent.store.js';
import * as store from './pool-moves.store.js';
import { PoolSendersService } from './pool-senders.service.js';

/** What becomes of the messages of some people on a lost number. */
export interface PoolMovePlan {
  readonly moves: readonly { readonly id: string; readonly to: string; readonly person: string }[];
  readonly stays: ReadonlyMap<string, Stay>;
}

/** Says of what waits on a number of a pool whether it is lost to it, and where it goes. Changes nothing. */
@Injectable()
export class PoolMovePlans {
  constructor(
    private readonly db: Db,
    private readonly accounts: AccountsService,
    private readonly stops: StopsService,
    private readonly templates: TemplateDirectoryService,
    private readonly senders: PoolSendersService,
    private readonly runtime: Runtime,
  ) {}

  /** Why a waiting message of a pool does not move away from a number that is stopped; null when there is nothing to say. */
  async whyItStays(message: {
    readonly id: string;
    readonly pool_id: string | null;
    readonly phone_number_id: string;
    readonly recipient: string;
    readonly type: string;
  }): Promise<string | null> {
    const { id, pool_id: poolId, phone_number_id: phoneNumberId, recipient, type } = message;
    if (poolId === null) return null;
    const [queue, stops] = await Promise.all([
      store.findPoolQueue(this.db, { poolId, phoneNumberId }),
      this.stops.readAll(),
    ]);
    const loss = queue === null ? null : this.lossOf(queue, type, stops);
    // A number that only left its pool, or that Meta's own answer has yet to stop, still tries.
    if (queue === null || loss === null || (loss.cause !== 'stop' && loss.cause !== 'deleted')) return null;
    const people = personForms(recipient);
    const rows = await store.readPooled(this.db, { poolId, phoneNumberId, people });
    const plan = await this.plan(this.db, { queue, stops, rows, held: [] });
    const stay = plan.stays.get(id);
    const then = stay === undefined ? 'it is about to move to another number of its pool' : STAYS[stay];
    return `${loss.why}; ${then}`;
  }

  /** Decides for each of the messages, of whom those that the number is not lost to are left out. */
  async plan(
    q: Queryable,
    of: {
      readonly queue: store.PoolQueueRow;
      readonly stops: readonly Stop[];
      readonly rows: readonly store.PooledRow[];
      /** Of whom something is being armed. */
      readonly held: readonly string[];
    },
  ): Promise<PoolMovePlan> {
    const { queue, stops, rows } = of;
    const key = keyOf(queue);
    const byPerson = groupBy(rows, (row) => personKey(row.recipient));
    const people = [...byPerson.keys()];
    const forms = people.flatMap(personForms);
    const [busy, known] = [
      await store.listBusyPeople(q, { ...key, people: forms }),
      await store.readKnownSenders(q, queue.pool_id, people),
    ];
    const busyKeys = new Set([...busy, ...of.held].map(personKey));
    const members = this.successorsOf(queue, stops);
    const targets = new Map(people.map((p) => [p, chooseSender(p, members, known.get(p) ?? null)]));
    const windows = await this.windowsOf(q, rows, targets);
    const moves: { id: string; to: string; person: string }[] = [];
    const stays = new Map<string, Stay>();
    for (const [person, messages] of byPerson) {
      const to = targets.get(person) ?? null;
      const lost = messages.filter((m) => this.lossOf(queue, m.type, stops) !== null);
      const rowsById = new Map(lost.map((row) => [row.id, row]));
      const decided = movesOf(
        lost.map((m) => ({
          id: m.id,
          type: m.type,
          inDoubt: m.in_doubt,
          isReply: m.is_reply,
          namesMetaFile: namesMetaFile(m.type, m.content),
        })),
        busyKeys.has(person) || messages.some((m) => m.in_doubt),
        to === null
          ? null
          : ({ id }) => this.destinationOf(queue, to, rowsById.get(id) as store.PooledRow, { windows, stops }),
      );
      for (const id of decided.moves) moves.push({ id, to: to as string, person });
      for (const [id, stay] of decided.stays) stays.set(id, stay);
    }
    return { moves, stays };
  }

  /** The other numbers of the pool that can send now: nothing at all stops them. */
  successorsOf(queue: store.PoolQueueRow, stops: readonly Stop[]): PoolMember[] {
    return this.senders
      .members(queue.portfolio_id, queue.numbers, { type: 'template', template: null }, stops)
      .filter((m) => isHealthy(m) && m.phoneNumberId !== queue.phone_number_id);
  }

  private destinationOf(
    { phone_number_id: from }: store.PoolQueueRow,
    to: string,
    message: store.PooledRow,
    { windows, stops }: { readonly windows: ReadonlySet<string>; readonly stops: readonly Stop[] },
  ): Destination {
    const number = this.accounts.phoneNumber(to);
    const isSameWaba = number !== undefined && number.wabaId === this.accounts.phoneNumber(from)?.wabaId;
    const { name, language, components } = message.content as {
      readonly name?: unknown;
      readonly language?: { readonly code?: unknown };
      readonly components?: unknown;
    };
    const isTemplate = message.type === 'template' && typeof name === 'string' && number !== undefined;
    if (!isTemplate) return { isSameWaba, hasWindow: windows.has(message.id), takesTemplate: false };
    const stop = stopOf({ ...number, type: 'template', template: name }, stops, this.runtime.clock.now().getTime());
    const code = typeof language?.code === 'string' ? language.code : null;
    const takesTemplate = stop === null && (isSameWaba || this.hasTemplate(to, name, code, components));
    return { isSameWaba, hasWindow: false, takesTemplate };
  }

  /** What is not known of another account is no ground to move: there the template may not exist. */
  private hasTemplate(phoneNumberId: string, name: string, language: string | null, components: unknown): boolean {
    const known = this.templates.knownOf(phoneNumberId, name, language);
    if (known === undefined || judgeStateAtSend(name, known).kind !== 'go') return false;
    return judgeContentAtSend(name, known, components).kind === 'go';
  }

  /** Messages whose person is known to have an open window with the number that would take over; for what is no template. */
  private async windowsOf(
    q: Queryable,
    rows: readonly store.PooledRow[],
    targets: ReadonlyMap<string, string | null>,
  ): Promise<ReadonlySet<string>> {
    const pairs = rows.flatMap(({ id, type, recipient }) => {
      const person = personKey(recipient);
      const phoneNumberId = targets.get(person) ?? null;
      return type === 'template' || phoneNumberId === null ? [] : [{ id, person, phoneNumberId, erased: '' }];
    });
    if (pairs.length === 0) return new Set();
    const facts = await readConsent(q, pairs);
    const intent = { isMarketing: false, isFreeForm: true };
    const open = [...facts].filter(([, known]) => refusalOf(intent, known, 'enforce', known.now) === null);
    return new Set(open.map(([id]) => id));
  }

  /** Why messages of a type leave the number of a queue; null while they do not. */
  lossOf(queue: store.PoolQueueRow, type: string, stops: readonly Stop[]): Loss | null {
    const { phone_number_id: phoneNumberId, portfolio_id: portfolioId, is_there: isThere } = queue;
    const { wabaId = '', status = null } = this.accounts.phoneNumber(phoneNumberId) ?? {};
    const isMember = queue.numbers.includes(phoneNumberId);
    const sender = { phoneNumberId, wabaId, portfolioId, status, isThere, isMember };
    return lossOf(sender, type, stops, this.runtime.clock.now().getTime());
  }

  /** Of templates, and of the rest; each once. */
  lossesOf(queue: store.PoolQueueRow, stops: readonly Stop[]): Loss[] {
    const [ofTemplates, ofReplies] = [this.lossOf(queue, 'template', stops), this.lossOf(queue, 'text', stops)];
    return [ofTemplates, ofReplies].flatMap((loss, i, all) =>
      loss === null || (i > 0 && all[0]?.cause === loss.cause) ? [] : [loss],
    );
  }
}

function keyOf(queue: store.PoolQueueRow): store.PoolQueueKey {
  return { poolId: queue.pool_id, phoneNumberId: queue.phone_number_id };
}
