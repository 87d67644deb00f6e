import { DemoError } from './demo-error.js';
import { type JsonAnswer, JsonClient } from './json-client.js';
import type { GatewayEvent, GatewayMessage } from './wire.js';

/** What came of one POST of a message. */
export type PostOutcome =
  | { readonly kind: 'accepted'; readonly id: string }
  /** Not now: the same request with the same key may be made again. */
  | { readonly kind: 'again'; readonly afterMs: number | null; readonly why: string };

/** Events after a cursor, and the cursor after them. */
export interface EventPage {
  readonly events: readonly GatewayEvent[];
  readonly next: string;
}

/** Most events or messages that one page may have. */
export const PAGE_SIZE = 1000;

/** Answers after which the same request may be made again: too fast, not available. */
const TRY_AGAIN = new Set([429, 503]);

/** The gateway as a CRM sees it: REST with an API key. Methods throw a DemoError that quotes an answer they cannot use. */
export class Gateway {
  private readonly client: JsonClient;

  constructor(
    readonly url: string,
    apiKey: string,
    connections = 32,
  ) {
    this.client = new JsonClient(url, { authorization: `Bearer ${apiKey}` }, connections);
  }

  /** Posts a message. The key makes it safe to call again after any doubt. */
  async post(message: object, idempotencyKey: string): Promise<PostOutcome> {
    let answer: JsonAnswer;
    try {
      answer = await this.client.post('/v1/messages', message, { 'idempotency-key': idempotencyKey });
    } catch (error) {
      return { kind: 'again', afterMs: null, why: `no answer (${(error as Error).message})` };
    }
    if (answer.status === 202) return { kind: 'accepted', id: (answer.body as { id: string }).id };
    if (TRY_AGAIN.has(answer.status)) {
      return { kind: 'again', afterMs: answer.retryAfterMs, why: `HTTP ${answer.status}` };
    }
    throw unusable('POST /v1/messages', answer);
  }

  /** A page of events after a cursor; without one, from the first event there is. */
  async events(after: string | null): Promise<EventPage> {
    const from = after === null ? '' : `after=${encodeURIComponent(after)}&`;
    const page = (await this.read(`/v1/events?${from}limit=${PAGE_SIZE}`)) as Partial<EventPage>;
    return { events: page.events ?? [], next: page.next ?? after ?? '' };
  }

  /** The messages with these ids: pages through the newest until all are found or there are no more. */
  async messages(ids: readonly string[]): Promise<GatewayMessage[]> {
    const wanted = new Set(ids);
    const found: GatewayMessage[] = [];
    let token = '';
    do {
      const from = token === '' ? '' : `&page_token=${encodeURIComponent(token)}`;
      const page = (await this.read(`/v1/messages?page_size=${PAGE_SIZE}${from}`)) as MessagePage;
      for (const message of page.messages) if (wanted.delete(message.id)) found.push(message);
      token = page.next_page_token ?? '';
    } while (token !== '' && wanted.size > 0);
    return found;
  }

  /** One message with its attempts. */
  async message(id: string): Promise<GatewayMessage> {
    return (await this.read(`/v1/messages/${id}`)) as GatewayMessage;
  }

  /** The history of one message, oldest first. */
  async history(id: string): Promise<readonly GatewayEvent[]> {
    return ((await this.read(`/v1/messages/${id}/events`)) as { events?: GatewayEvent[] }).events ?? [];
  }

  /**
   * Whether this gateway is ready: `GET /health/ready` answers 200 and our key is good. The key matters: on a port that
   * somebody else was faster to take, another gateway may be ready. False while nobody listens.
   */
  async isReady(): Promise<boolean> {
    const isGood = (path: string) =>
      this.client.get(path).then(
        ({ status }) => status === 200,
        () => false,
      );
    return (await isGood('/health/ready')) && (await isGood('/v1/messages?page_size=1'));
  }

  /** Cuts the connections. */
  close(): Promise<void> {
    return this.client.close();
  }

  private async read(path: string): Promise<unknown> {
    const answer = await this.client.get(path);
    if (answer.status !== 200 || answer.body === undefined) throw unusable(`GET ${path}`, answer);
    return answer.body;
  }
}

interface MessagePage {
  readonly messages: readonly GatewayMessage[];
  readonly next_page_token?: string | null;
}

function unusable(request: string, answer: JsonAnswer): DemoError {
  return new DemoError(`The gateway answered ${request} with HTTP ${answer.status}: ${answer.text.slice(0, 500)}`);
}
