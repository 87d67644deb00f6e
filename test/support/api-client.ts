import { Agent, type Dispatcher } from 'undici';
import type { EventView, MessageView } from '../../src/messaging/messaging.dto.js';
import { LUCKY } from './accounts.js';
import { type Patience, until } from './until.js';

/** An answer with its body parsed, or as text when it is not JSON. */
export interface Answer<T = unknown> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: T;
}

/** What a call sends besides its path. */
export interface CallOptions {
  /** Sent as JSON, unless it is a text or bytes. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** API key; null for none. The first tenant's key for everything when absent. */
  readonly key?: string | null;
}

/** The REST interface of one gateway as a client sees it, and how to wait for something to be seen there. */
export class ApiClient {
  private readonly agent = new Agent({ connections: 64, pipelining: 1 });

  constructor(readonly url: string) {}

  /** Calls an operation. Any status is an answer; only a broken connection rejects. */
  async call<T = unknown>(method: string, path: string, options: CallOptions = {}): Promise<Answer<T>> {
    const { body, key = LUCKY.keys.all } = options;
    const isRaw = typeof body === 'string' || Buffer.isBuffer(body);
    const answer = await this.agent.request({
      origin: this.url,
      method: method as Dispatcher.HttpMethod,
      path,
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      body: body === undefined ? null : isRaw ? body : JSON.stringify(body),
    });
    const text = await answer.body.text();
    const isJson = /[/+]json\b/.test(String(answer.headers['content-type']));
    return { status: answer.statusCode, headers: answer.headers, body: (isJson ? JSON.parse(text) : text) as T };
  }

  /** Reads something. */
  get<T = unknown>(path: string, options?: CallOptions): Promise<Answer<T>> {
    return this.call<T>('GET', path, options);
  }

  /** Has a message accepted and gives it; anything but 202 rejects. */
  async send(message: object, options: CallOptions = {}): Promise<MessageView> {
    const answer = await this.call<MessageView>('POST', '/v1/messages', { ...options, body: message });
    if (answer.status !== 202) throw new Error(`not accepted: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** Has many accepted, 32 at a time. */
  async sendAll(messages: readonly object[], options: CallOptions = {}): Promise<MessageView[]> {
    const accepted: MessageView[] = new Array(messages.length);
    let next = 0;
    const sender = async () => {
      for (let i = next++; i < messages.length; i = next++)
        accepted[i] = await this.send(messages[i] as object, options);
    };
    await Promise.all(Array.from({ length: Math.min(32, messages.length) }, sender));
    return accepted;
  }

  /** A message as it stands now. */
  async message(id: string): Promise<MessageView> {
    const answer = await this.get<MessageView>(`/v1/messages/${id}`);
    if (answer.status !== 200) throw new Error(`no message: ${answer.status}`);
    return answer.body;
  }

  /** Waits until a message satisfies a condition, and gives it as it is then. */
  async untilMessage(id: string, test: (m: MessageView) => boolean, patience: Patience = {}): Promise<MessageView> {
    let last: MessageView | undefined;
    const ask = async () => {
      last = await this.message(id);
      return test(last) ? last : null;
    };
    return until(ask, patience).catch((cause: unknown) => {
      throw new Error(`the message stayed ${last?.state}/${last?.status}`, { cause });
    });
  }

  /** The history of a message. */
  async history(id: string): Promise<EventView[]> {
    return (await this.get<{ events: EventView[] }>(`/v1/messages/${id}/events`)).body.events;
  }

  /** Every message of the tenant, page by page. */
  async allMessages(key?: string): Promise<MessageView[]> {
    const found: MessageView[] = [];
    let token = '';
    do {
      const query = token === '' ? '' : `&page_token=${token}`;
      const { status, body } = await this.get<{ messages: MessageView[]; next_page_token: string }>(
        `/v1/messages?page_size=1000${query}`,
        key === undefined ? {} : { key },
      );
      if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
      found.push(...body.messages);
      token = body.next_page_token;
    } while (token !== '');
    return found;
  }

  /** Every event of the tenant that the cursor gives, in its order. */
  async allEvents(key?: string): Promise<EventView[]> {
    const found: EventView[] = [];
    for (let after = ''; ; ) {
      const query = after === '' ? '' : `&after=${after}`;
      const { body } = await this.get<{ events: EventView[]; next: string }>(
        `/v1/events?limit=1000${query}`,
        key === undefined ? {} : { key },
      );
      found.push(...body.events);
      if (body.events.length === 0) return found;
      after = body.next;
    }
  }

  /** Ends the connections. */
  close(): Promise<void> {
    return this.agent.destroy();
  }
}
