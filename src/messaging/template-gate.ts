import { Injectable } from '@nestjs/common';
import type { AttemptError } from '../core/delivery/classify-outcome.js';
import type { Held } from '../core/limits/admit.js';
import { reactionTo } from '../core/meta-errors/meta-error-table.js';
import {
  isChangedSince,
  judgeContentAtSend,
  judgeStateAtSend,
  type SendVerdict,
} from '../core/templates/message/judge-at-send.js';
import type { KnownTemplate } from '../core/templates/message/judge-template-message.js';
import { Db } from '../platform/db/db.js';
import { TemplateDirectoryService } from '../templates/template-directory.service.js';
import { readContents } from './messages.store.js';
import type { DueMessage } from './send-queue.store.js';
import { Withholder } from './withholder.js';

/** A message as far as its template goes. */
interface Templated {
  readonly phoneNumberId: string;
  /** Null for other kinds. */
  readonly template: string | null;
  readonly language: string | null;
  readonly acceptedAt: Date;
}

/**
 * Stands between the queue and arming, behind the consent gate: a message whose template was paused, rejected, disabled,
 * deleted or edited after it was accepted must not cost an attempt. What passes is waited for, what does not ends as
 * `rejected`. States are in memory; contents are read, once for a round, only of messages whose template was edited.
 */
@Injectable()
export class TemplateGate {
  constructor(
    private readonly db: Db,
    private readonly directory: TemplateDirectoryService,
    private readonly withholder: Withholder,
  ) {}

  /** Those of the messages that may go, in their order, and which of them only once their template can be sent again. */
  async letThrough(
    due: readonly DueMessage[],
  ): Promise<{ readonly mayGo: readonly DueMessage[]; readonly held: ReadonlyMap<string, Held> }> {
    const held = new Map<string, Held>();
    const refused = new Map<string, AttemptError>();
    const edited = new Map<string, { readonly name: string; readonly known: KnownTemplate }>();
    for (const m of due) {
      const name = m.template;
      if (name === null) continue;
      const known = this.directory.knownOf(m.phone_number_id, name, m.language);
      const verdict = judgeStateAtSend(name, known);
      if (verdict.kind === 'wait') held.set(m.id, { untilMs: null, reason: verdict.why });
      else if (verdict.kind === 'refuse') refused.set(m.id, errorOf(verdict));
      else if (known !== undefined && isChangedSince(known, m.accepted_at)) edited.set(m.id, { name, known });
    }
    if (edited.size > 0) {
      for (const { id, content } of await readContents(this.db, [...edited.keys()])) {
        const { name, known } = edited.get(id) as { name: string; known: KnownTemplate };
        const verdict = judgeContent(name, known, content);
        if (verdict.kind === 'refuse') refused.set(id, errorOf(verdict));
      }
    }
    await this.withholder.withhold(refused);
    return { mayGo: refused.size === 0 ? due : due.filter((m) => !refused.has(m.id)), held };
  }

  /** What of its template holds a waiting message, or will end it when its turn comes; null when nothing does. */
  whyNot({ phoneNumberId, template, language, acceptedAt }: Templated, content: object): string | null {
    if (template === null) return null;
    const known = this.directory.knownOf(phoneNumberId, template, language);
    const ofState = judgeStateAtSend(template, known);
    const isEdited = ofState.kind === 'go' && known !== undefined && isChangedSince(known, acceptedAt);
    const verdict = isEdited ? judgeContent(template, known, content) : ofState;
    if (verdict.kind === 'go') return null;
    return verdict.kind === 'wait' ? verdict.why : `${verdict.why}; it ends as rejected when its turn comes`;
  }
}

function judgeContent(name: string, known: KnownTemplate, content: object): SendVerdict {
  return judgeContentAtSend(name, known, (content as { readonly components?: unknown }).components);
}

function errorOf({ code, why }: { readonly code: number; readonly why: string }): AttemptError {
  const details = `${why}; it was not sent`;
  return { code, subcode: null, title: reactionTo(code).title, details, fbtrace_id: null };
}
