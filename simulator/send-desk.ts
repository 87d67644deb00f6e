import { type Clock, toSeconds } from './clock.js';
import { FAULTS, type FaultDealer, type FaultDraw, type FaultName } from './faults.js';
import { type GraphRefusal, graphRefusal } from './graph-error.js';
import type { Ledger, LedgerEntry } from './ledger.js';
import type { Random } from './random.js';
import { json, type Reply } from './reply.js';
import type { Delays, RecipientRule } from './scenario.js';
import type { SendCounters } from './send-counters.js';
import { isRefusal, parseSend, type SendRequest, sendFacts } from './send-request.js';
import type { PhoneNumber } from './state.js';
import { type MessageFacts, planStatuses, statusBody } from './statuses.js';
import { newWamid } from './wamid.js';
import type { WebhookSender } from './webhook-sender.js';

/** How long a `slow` answer takes, before the time scale. */
const SLOW_MS = [500, 3000] as const;

/** How much longer an answer takes whose `sent` webhook is to overtake it. */
const OVERTAKEN_MS = 100;

/** An answer and how long after the arrival it goes out. */
export interface TimedReply {
  readonly reply: Reply;
  readonly delayMs: number;
}

/** What the desk works with. */
export interface SendDeskParts {
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly dealer: FaultDealer;
  readonly webhooks: WebhookSender;
  readonly counters: SendCounters;
  readonly random: () => Random;
  readonly delays: Delays;
  readonly recipients: ReadonlyMap<string, RecipientRule>;
  readonly timeScale: number;
  readonly latencyMs: number;
}

/** What was decided of a send; put into the ledger before anything of it becomes visible. */
interface Verdict {
  readonly reply: Reply;
  readonly outcome: LedgerEntry['outcome'];
  readonly fault?: FaultName;
  readonly code?: number;
  readonly wamid?: string;
  readonly answered: boolean;
  readonly extraDelayMs: number;
}

/** Takes sends: judges each in one go at its arrival, then writes the ledger, then lets the consequences happen. */
export class SendDesk {
  constructor(private readonly parts: SendDeskParts) {}

  /**
   * Takes a send that a number may make. The order of judgement is Meta's as far as known: form, throughput; then
   * our faults, so that a fault never hides a broken limit. Resolves when the ledger line is durable.
   */
  async take(number: PhoneNumber, body: unknown): Promise<TimedReply> {
    const atMs = this.parts.clock();
    const parsed = parseSend(body);
    if (isRefusal(parsed)) return this.refuse(atMs, number.id, body, parsed);
    if (!number.throughput.allows(atMs, number.mps)) return this.refuse(atMs, number.id, body, graphRefusal(130429));
    const draw = this.parts.dealer.draw(parsed.waId ?? parsed.userId ?? '', sendFacts(body).callbackData);
    const verdict = this.judge(parsed, draw);
    if (verdict.wamid !== undefined) number.throughput.addSend(atMs);
    await this.record(atMs, number.id, body, verdict);
    let delayMs = this.parts.latencyMs + verdict.extraDelayMs;
    if (verdict.wamid !== undefined && this.sendStatuses(number, parsed, body, verdict.wamid, atMs))
      delayMs += OVERTAKEN_MS;
    return { reply: verdict.reply, delayMs };
  }

  /** Refuses a send for a reason found elsewhere (no token, no such number); it is in the ledger all the same. */
  async refuse(atMs: number, phoneNumberId: string, body: unknown, refusal: GraphRefusal): Promise<TimedReply> {
    const reply = json(refusal.body, refusal.status);
    await this.record(atMs, phoneNumberId, body, {
      reply,
      outcome: 'refused',
      code: refusal.code,
      answered: true,
      extraDelayMs: 0,
    });
    return { reply, delayMs: this.parts.latencyMs };
  }

  private judge(request: SendRequest, { fault, code, detail }: FaultDraw): Verdict {
    if (code !== undefined || fault === 'throttle') {
      const refusal = graphRefusal(code ?? 130429);
      const reply = json(refusal.body, refusal.status);
      return { reply, outcome: 'faulted', fault, code: refusal.code, answered: true, extraDelayMs: 0 };
    }
    const accepts = fault === undefined || FAULTS[fault].accepts;
    const wamid = accepts ? newWamid(request.waId ?? request.userId ?? '') : undefined;
    const good = successBody(request, wamid ?? '');
    const [low, high] = SLOW_MS;
    return {
      reply: fault === undefined ? json(good) : replyOf(fault, good, detail),
      outcome: fault === undefined ? 'accepted' : 'faulted',
      fault,
      wamid,
      answered: fault === undefined || FAULTS[fault].answers,
      extraDelayMs: fault === 'slow' ? (low + detail * (high - low)) * this.parts.timeScale : 0,
    };
  }

  private async record(atMs: number, phoneNumberId: string, body: unknown, verdict: Verdict): Promise<void> {
    const { to, type, callbackData } = sendFacts(body);
    const { outcome, fault, code, wamid, answered } = verdict;
    this.parts.counters.count({ to, callbackData, outcome, fault, code, isAccepted: wamid !== undefined });
    await this.parts.ledger.append({
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

  /** Plans the statuses of an accepted message; true when `sent` is to overtake the answer. */
  private sendStatuses(number: PhoneNumber, request: SendRequest, body: unknown, wamid: string, atMs: number): boolean {
    const { dealer, delays, timeScale, recipients, webhooks, clock } = this.parts;
    const rule = request.waId === undefined ? undefined : recipients.get(request.waId);
    const { outcomes, webhooks: webhookFaults } = dealer.settings;
    const plan = planStatuses(this.parts.random(), { outcomes, webhooks: webhookFaults, delays, timeScale, rule });
    const message: MessageFacts = {
      wamid,
      recipientId: request.waId,
      recipientUserId: request.userId,
      callbackData: sendFacts(body).callbackData,
      isTemplate: request.isTemplate,
    };
    const passedMs = clock() - atMs;
    for (const planned of plan.statuses) {
      const status = statusBody(message, planned, toSeconds(atMs + planned.happensAfterMs));
      const update = { wabaId: number.wabaId, field: 'messages', number, list: 'statuses' as const, body: status };
      webhooks.schedule(update, Math.max(0, planned.dueAfterMs - passedMs));
    }
    return plan.early;
  }
}

function successBody(request: SendRequest, wamid: string): unknown {
  const who = request.waId === undefined ? { user_id: request.userId } : { wa_id: request.waId };
  return {
    messaging_product: 'whatsapp',
    contacts: [{ input: request.input, ...who }],
    messages: [{ id: wamid, ...(request.isTemplate ? { message_status: 'accepted' } : {}) }],
  };
}

/** What the client gets to see of a fault; `detail` chooses among the faces of a broken server. */
function replyOf(fault: Exclude<FaultName, 'throttle'>, good: unknown, detail: number): Reply {
  switch (fault) {
    case 'slow':
      return json(good);
    case 'truncated':
      return { kind: 'truncated', body: good };
    case 'lost_response':
      return { kind: 'destroy', reset: false };
    case 'reset_before':
      return { kind: 'destroy', reset: true };
    case 'hang':
      return { kind: 'hang' };
    case 'garbage':
      return {
        kind: 'raw',
        status: 200,
        contentType: 'text/html; charset=utf-8',
        text: '<html><body>OK</body></html>',
      };
    case 'server_error':
    case 'server_error_after':
      return detail < 0.5
        ? json(graphRefusal(2).body, 500)
        : { kind: 'raw', status: 502, contentType: 'text/html', text: '<html><h1>502 Bad Gateway</h1></html>' };
  }
}
