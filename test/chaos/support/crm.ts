import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import type { Command, StoredMessage } from '../checker/ledgers.js';

/** How long one request may take: a stopped gateway answers nothing and closes nothing. */
const ANSWER_WITHIN_MS = 4000;

/** How long a message is tried again with the same key. */
const GIVE_UP_AFTER_MS = 60_000;

interface Open {
  readonly command: Omit<Command, 'answers'>;
  readonly answers: { messageId: string; atMs: number }[];
}

/** Which messages to post. */
export interface Campaign {
  /** Makes keys of this round its own. */
  readonly name: string;
  readonly phoneNumberIds: readonly string[];
  /** Every n-th message allows one resend; 0 for none. */
  readonly resendEvery: number;
}

/**
 * A CRM that keeps its side of the bargain: one key per message, the same request again after any doubt, and a ledger of
 * every acknowledgement. Recipients are nobody's: 555 is no area code.
 */
export class Crm {
  private static recipients = 0;
  private readonly posted: Open[] = [];
  private readonly agent = new Agent({ connections: 32, keepAliveTimeout: 2000 });
  private readonly open = new Set<Promise<void>>();
  /** Answers that asking again cannot change: a mistake of the suite's or of the service's. */
  private readonly refusals: string[] = [];

  constructor(
    private readonly url: string,
    private readonly apiKey: string,
    private readonly campaign: Campaign,
  ) {}

  /** Posts `count` new messages at once; returns without waiting for their acknowledgements. */
  post(count: number): void {
    for (let i = 0; i < count; i++) {
      const open = this.newMessage();
      this.posted.push(open);
      const work = this.untilAcknowledged(open).finally(() => this.open.delete(work));
      this.open.add(work);
    }
  }

  /** Posts at a steady rate until the promise settles. */
  async postUntil(perSecond: number, end: Promise<unknown>): Promise<void> {
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    end.then(over, over);
    const startMs = performance.now();
    for (let posted = 0; !isOver; ) {
      const due = Math.floor(((performance.now() - startMs) / 1000) * perSecond);
      if (due > posted) this.post(due - posted);
      posted = due;
      await delay(20);
    }
  }

  /** How many messages there are. */
  get count(): number {
    return this.posted.length;
  }

  /** Resolves when every message was acknowledged or given up. Throws when the service refused one for good. */
  async settled(): Promise<void> {
    while (this.open.size > 0) await Promise.all(this.open);
    if (this.refusals.length > 0) throw new Error(this.refusals.slice(0, 5).join('; '));
  }

  /** Asks again for every n-th message that was acknowledged, as a client does whose own notes were lost. */
  async askAgain(every: number): Promise<void> {
    const again = this.posted.filter((o, i) => i % every === 0 && o.answers.length > 0);
    await Promise.all(again.map((o) => this.untilAcknowledged(o)));
  }

  /** The ledger. */
  commands(): Command[] {
    return this.posted.map(({ command, answers }) => ({ ...command, answers: [...answers] }));
  }

  /** What the service lists, back to the oldest message of this campaign. */
  async messages(): Promise<StoredMessage[]> {
    const found: StoredMessage[] = [];
    let token = '';
    let foreign = 0;
    do {
      const query = token === '' ? '' : `&page_token=${encodeURIComponent(token)}`;
      const { statusCode, body } = await this.send('GET', `/v1/messages?page_size=200${query}`);
      if (statusCode !== 200) throw new Error(`GET /v1/messages answered ${statusCode}`);
      const page = body as { messages: StoredMessage[]; next_page_token: string };
      const own = page.messages.filter((m) => m.callback_data?.startsWith(`${this.campaign.name}-`));
      found.push(...own);
      foreign = own.length === 0 ? foreign + 1 : 0;
      token = page.next_page_token;
    } while (token !== '' && foreign < 2);
    return found;
  }

  /** Cuts the connections. */
  close(): Promise<void> {
    return this.agent.destroy();
  }

  private newMessage(): Open {
    const { name, phoneNumberIds, resendEvery } = this.campaign;
    const n = this.posted.length;
    const to = `+1555${String(++Crm.recipients).padStart(7, '0')}`;
    const phoneNumberId = phoneNumberIds[n % phoneNumberIds.length] as string;
    const onUnknown = resendEvery > 0 && n % resendEvery === resendEvery - 1 ? 'resend' : 'hold';
    return { command: { key: `${name}-${n}`, to, phoneNumberId, onUnknown }, answers: [] };
  }

  private async untilAcknowledged({ command, answers }: Open): Promise<void> {
    const { key, to, phoneNumberId, onUnknown } = command;
    const text = { body: `Chaos ${key}` };
    const message = {
      phone_number_id: phoneNumberId,
      to,
      type: 'text',
      text,
      on_unknown: onUnknown,
      callback_data: key,
    };
    const endMs = performance.now() + GIVE_UP_AFTER_MS;
    for (let waitMs = 50; performance.now() < endMs; waitMs = Math.min(500, waitMs * 2)) {
      const answer = await this.send('POST', '/v1/messages', message, key).catch(() => null);
      if (answer?.statusCode === 202) {
        answers.push({ messageId: (answer.body as { id: string }).id, atMs: Date.now() });
        return;
      }
      if (answer !== null && answer.statusCode < 500 && answer.statusCode !== 429) {
        this.refusals.push(`POST /v1/messages answered ${answer.statusCode}: ${JSON.stringify(answer.body)}`);
        return;
      }
      await delay(waitMs);
    }
  }

  private async send(method: 'GET' | 'POST', path: string, message?: object, key?: string) {
    const answer = await request(`${this.url}${path}`, {
      method,
      dispatcher: this.agent,
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      headers: {
        authorization: `Bearer ${this.apiKey}`,
        ...(message === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      body: message === undefined ? undefined : JSON.stringify(message),
    });
    const text = await answer.body.text();
    return { statusCode: answer.statusCode, body: text === '' ? null : (JSON.parse(text) as unknown) };
  }
}
