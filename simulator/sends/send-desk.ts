import type { PhoneNumber } from '../assets/platform-state.js';
import { type GraphRefusal, graphRefusal } from '../graph/graph-error.js';
import type { TimedReply } from '../graph/registry.js';
import { json, type Reply } from '../http/reply.js';
import { readMessage, type SendApi } from '../messages/message.js';
import { isProblem, type Problem } from '../messages/problem.js';
import type { TemplateContent } from '../messages/template/agreement.js';
import type { World } from '../world.js';
import { faultReply, type MessageStatus, successBody } from './answers.js';
import { FAULTS, type FaultDraw, type FaultName } from './faults.js';
import type { HeldMessages } from './held-messages.js';
import type { LedgerEntry } from './ledger.js';
import type { Accepted, MessageLives } from './message-lives.js';
import { priceOf } from './price.js';
import { sendFacts } from './send-request.js';
import type { Attempt } from './send-rules.js';
import { wamidOf } from './wamid.js';

/** How long a `slow` answer takes, before the time scale. */
const SLOW_MS = [500, 3000] as const;

/** How much longer an answer takes whose `sent` webhook is to overtake it. */
const OVERTAKEN_MS = 100;

/** What the desk works with. */
export interface SendDeskParts {
  readonly world: World;
  readonly lives: MessageLives;
  readonly held: HeldMessages;
}

/** What was decided of a send; put into the ledger before anything of it becomes visible. */
interface Verdict {
  readonly reply: Reply;
  readonly outcome: LedgerEntry['outcome'];
  readonly fault?: FaultName;
  readonly code?: number;
  readonly wamid?: string;
  readonly status: MessageStatus;
  readonly answered: boolean;
  readonly extraDelayMs: number;
}

/** Takes sends: judges each in one go at its arrival, then writes the ledger, then lets the consequences happen. */
export class SendDesk {
  constructor(private readonly parts: SendDeskParts) {}

  /**
   * Takes a send that a number may make. The order of judgement is Meta's as far as known: form, sender, recipient,
   * content, limits; then our faults, so that a fault never hides a broken limit. Resolves when the ledger line is
   * durable.
   */
  async take(api: SendApi, number: PhoneNumber, body: unknown): Promise<TimedReply> {
    const { clock, dealer, rules, settings } = this.parts.world;
    const atMs = clock();
    const attempt = this.attemptOf(api, number, body, atMs);
    if (isProblem(attempt)) return this.refuse(atMs, number.id, body, graphRefusal(attempt.code, attempt.details));
    const refusal = rules.refusal(attempt);
    if (refusal) return this.refuse(atMs, number.id, body, graphRefusal(refusal.code, refusal.details));
    const verdict = this.judge(attempt, dealer.draw(attempt.user, attempt.message.callbackData));
    if (verdict.wamid !== undefined) rules.spend(attempt);
    await this.record(atMs, number.id, body, verdict);
    const isOvertaken = verdict.wamid !== undefined && this.follow(attempt, body, verdict.wamid, verdict.status);
    const extraMs = verdict.extraDelayMs + (isOvertaken ? OVERTAKEN_MS : 0);
    return { reply: verdict.reply, delayMs: settings.latencyMs + extraMs };
  }

  /** Refuses a send for a reason found elsewhere (no token, no such number); it is in the ledger all the same. */
  async refuse(atMs: number, phoneNumberId: string, body: unknown, refusal: GraphRefusal): Promise<TimedReply> {
    const reply = json(refusal.body, refusal.status);
    const { code } = refusal;
    const verdict = { reply, outcome: 'refused', code, status: 'accepted', answered: true, extraDelayMs: 0 } as const;
    await this.record(atMs, phoneNumberId, body, verdict);
    return { reply, delayMs: this.parts.world.settings.latencyMs };
  }

  private attemptOf(api: SendApi, number: PhoneNumber, body: unknown, atMs: number): Attempt | Problem {
    const message = readMessage(body, number.digits, api);
    if (isProblem(message)) return message;
    const user = message.waId ?? message.userId ?? message.groupId ?? '';
    if (message.kind !== 'template') return { api, number, message, user, atMs };
    const { name, language } = message.content as TemplateContent;
    const template = this.parts.world.rules.templates?.find(number.wabaId, name, language.code);
    return { api, number, message, user, template, category: template?.category ?? 'MARKETING', atMs };
  }

  private judge(attempt: Attempt, { fault, code, detail }: FaultDraw): Verdict {
    const status = 'accepted';
    if (code !== undefined || fault === 'throttle') {
      const refusal = graphRefusal(code ?? 130429);
      const reply = json(refusal.body, refusal.status);
      return { reply, outcome: 'faulted', fault, code: refusal.code, status, answered: true, extraDelayMs: 0 };
    }
    const accepts = fault === undefined || FAULTS[fault].accepts;
    const wamid = accepts ? this.newWamid(attempt) : undefined;
    const isHeld = accepts && this.parts.held.admits(attempt) === 'held';
    const told = isHeld ? 'held_for_quality_assessment' : status;
    const good = successBody(attempt, wamid ?? '', told);
    const [low, high] = SLOW_MS;
    return {
      reply: fault === undefined ? json(good) : faultReply(fault, good, detail),
      outcome: fault === undefined ? 'accepted' : 'faulted',
      fault,
      wamid,
      status: told,
      answered: fault === undefined || FAULTS[fault].answers,
      extraDelayMs: fault === 'slow' ? (low + detail * (high - low)) * this.parts.world.settings.timeScale : 0,
    };
  }

  private async record(atMs: number, phoneNumberId: string, body: unknown, verdict: Verdict): Promise<void> {
    const { to, type, callbackData } = sendFacts(body);
    const { outcome, fault, code, wamid, answered } = verdict;
    this.parts.world.counters.count({ to, callbackData, outcome, fault, code, isAccepted: wamid !== undefined });
    await this.parts.world.ledger.append({
      at_ms: atMs,
      phone_number_id: phoneNumberId,
      to,
      type,
      biz_opaque_callback_data: callbackData,
      outcome,
      fault,
      code,
      wamid,
      answered,
      body,
    });
  }

  private newWamid({ message, user }: Attempt): string {
    const { settings, ledger } = this.parts.world;
    return wamidOf(user, [settings.seed, ledger.nextSeq, message.input, message.callbackData]);
  }

  /** Sets off what follows an accepted message; true when `sent` is to overtake the answer. */
  private follow(attempt: Attempt, body: unknown, wamid: string, status: MessageStatus): boolean {
    const { world, lives, held } = this.parts;
    const { number, message, template, category, atMs } = attempt;
    const { waId, userId, groupId, kind: type, callbackData } = message;
    const accepted: Accepted = {
      send: {
        wamid,
        phoneNumberId: number.id,
        wabaId: number.wabaId,
        waId: waId ?? groupId,
        userId,
        type,
        category,
        templateName: template?.name,
        atMs,
      },
      callbackData,
      isToGroup: groupId !== undefined,
      isVoice: type === 'audio' && (message.content as { readonly voice?: boolean }).voice === true,
      pricing: priceOf(attempt, world.people.isWindowOpen(number.id, attempt.user, atMs)),
    };
    world.traffic.tell('accepted', { ...accepted.send, body });
    const failsWith = world.rules.fateOf(attempt);
    if (status !== 'accepted' && failsWith === undefined) {
      held.keep(attempt, accepted);
      return false;
    }
    return lives.begin(accepted, { failsWith, attempt });
  }
}
