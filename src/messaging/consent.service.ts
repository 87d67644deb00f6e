import { Injectable } from '@nestjs/common';
import type { Wish as Word } from '../core/consent/opt-out-words.js';
import { personKey } from '../core/consent/person-key.js';
import type { Queryable } from '../platform/db/queryable.js';
import { Runtime } from '../platform/runtime.js';
import { applyWishes, recordInbound, type Wish } from './consent.store.js';
import { erasedPerson } from './erased-person.js';
import { forgetHiddenOptOuts } from './erasures.store.js';

/** Somebody wrote to a number, or told Meta what they want of marketing. */
export interface Heard {
  readonly portfolioId: string;
  readonly phoneNumberId: string;
  /** By phone number, by business-scoped user id, or both. */
  readonly phone: string | null;
  readonly userId: string | null;
  readonly at: Date;
  /** When its webhook came in. */
  readonly receivedAt: Date;
  readonly wish: Word | null;
}

/** Meta redelivers for seven days: what claims to be older is a replay or a sample, and no evidence of anything. */
const OLDEST_MS = 8 * 24 * 3_600_000;

/** Remembers what people say that decides whether they may be written to: the way in for webhooks. */
@Injectable()
export class ConsentService {
  constructor(private readonly runtime: Runtime) {}

  /** Inbound messages that are new, in the caller's transaction. A keyword counts for all numbers of the portfolio. */
  async heardMessages(tx: Queryable, messages: readonly Heard[]): Promise<void> {
    const credible = messages.filter((m) => m.receivedAt.getTime() - m.at.getTime() <= OLDEST_MS);
    await recordInbound(
      tx,
      credible.flatMap((m) => namesOf(m).map((name) => ({ ...m, person: personKey(name) }))),
    );
    await this.apply(tx, credible, 'keyword');
  }

  /** What people told Meta's own switch for marketing messages; it is about one number. */
  async heardPreferences(tx: Queryable, preferences: readonly Heard[]): Promise<void> {
    await this.apply(tx, preferences, 'user_preferences');
  }

  private async apply(tx: Queryable, heard: readonly Heard[], source: 'keyword' | 'user_preferences'): Promise<void> {
    const wishes = heard.filter((h) => h.wish !== null).flatMap((h) => wishesOf(h, source));
    await applyWishes(tx, wishes, this.runtime.publishesEvents);
    await forgetHiddenOptOuts(tx, resumed(wishes, this.runtime.config.apiKeyPepper));
  }
}

/** Wishes for marketing again, by the name under which an opt-out of an erased person is kept. */
export function resumed(wishes: readonly Wish[], pepper: string) {
  return wishes.filter((w) => !w.optedOut).map((w) => ({ ...w, erased: erasedPerson(w.person, pepper) }));
}

/** Who resumes does so whatever they stopped: at this number or at all of them. */
function wishesOf(heard: Heard, source: 'keyword' | 'user_preferences'): Wish[] {
  const { portfolioId, phoneNumberId, at } = heard;
  const optedOut = heard.wish === 'stop';
  const everywhere = source === 'keyword' ? [''] : [phoneNumberId];
  const scopes = optedOut ? everywhere : ['', phoneNumberId];
  return namesOf(heard).flatMap((name) =>
    scopes.map((scope) => ({
      portfolioId,
      person: personKey(name),
      phoneNumberId: scope,
      recipient: /[A-Za-z]/.test(name) ? name : `+${name.replace(/\D/g, '')}`,
      optedOut,
      source,
      reason: null,
      at,
    })),
  );
}

function namesOf({ phone, userId }: Heard): string[] {
  return [phone, userId].filter((name) => name !== null);
}
