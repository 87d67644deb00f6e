import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GatewayEvent } from '../wire.js';

/** What the pretended gateway does wrong; by the place of the message in the run, from 0. */
export interface Misdeeds {
  /** Answers 202, says submitted and delivered, and never sends. */
  readonly invents?: number;
  /** Sends twice. */
  readonly repeats?: number;
  /** Answers 202 and forgets the message. */
  readonly forgets?: number;
}

interface Kept {
  readonly id: string;
  readonly to: string;
  state: string;
  status: string | null;
  wamid: string | null;
  delivered_at: string | null;
  read_at: string | null;
  version: number;
}

/**
 * The gateway's REST API without a gateway behind it: sends at once and believes every webhook. For specs of the demo
 * only, which must show that the demo finds out when a gateway does wrong.
 */
export class PretendGateway {
  private readonly messages: Kept[] = [];
  private readonly events: GatewayEvent[] = [];
  private readonly server = createServer((request, response) => void this.answer(request, response));
  private graphUrl = '';
  url = '';

  constructor(private readonly misdeeds: Misdeeds) {}

  /** Listens; `sendTo` names the platform, which is started afterwards because it wants to know the callback. */
  async listen(): Promise<void> {
    await new Promise<void>((resolve) => void this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  sendTo(graphUrl: string): void {
    this.graphUrl = graphUrl;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x');
    if (pathname === '/hook') {
      if (request.method === 'POST') this.believe(JSON.parse(body) as Webhook);
      response.writeHead(200).end(searchParams.get('hub.challenge'));
      return;
    }
    const [status, answer] = this.route(`${request.method} ${pathname}`, searchParams, body);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }

  private route(what: string, query: URLSearchParams, body: string): [number, unknown] {
    if (what === 'POST /v1/messages') return [202, this.accept(JSON.parse(body) as { to: string })];
    if (what === 'GET /v1/messages') return [200, this.page(query)];
    if (what !== 'GET /v1/events') return [404, {}];
    const from = Number(query.get('after') ?? 0);
    const events = this.events.slice(from, from + Number(query.get('limit')));
    return [200, { events, next: String(from + events.length) }];
  }

  private page(query: URLSearchParams): object {
    // Small pages, so that a reader who stops at the first one is found out.
    const from = Number(query.get('page_token') ?? 0);
    const isLast = from + 7 >= this.messages.length;
    const known = this.messages.slice(from, from + 7).filter((_, i) => from + i !== this.misdeeds.forgets);
    return { messages: known, next_page_token: isLast ? '' : String(from + 7) };
  }

  private accept(message: { to: string }): object {
    const n = this.messages.length;
    const kept: Kept = {
      id: `id-${n}`,
      to: message.to,
      state: 'queued',
      status: null,
      wamid: null,
      delivered_at: null,
      read_at: null,
      version: 0,
    };
    this.messages.push(kept);
    if (n === this.misdeeds.invents) {
      this.learn(kept, 'submitted', 'wamid.invented');
      this.learn(kept, 'delivered', 'wamid.invented');
    } else {
      void this.send(kept, message);
      if (n === this.misdeeds.repeats) void this.send(kept, message);
    }
    return { id: kept.id };
  }

  private async send(kept: Kept, message: object): Promise<void> {
    const answer = await fetch(`${this.graphUrl}/v25.0/106540352242922/messages`, {
      method: 'POST',
      headers: { authorization: 'Bearer t', 'content-type': 'application/json' },
      body: JSON.stringify({ ...graphBody(message), biz_opaque_callback_data: kept.id }),
    });
    const { messages } = (await answer.json()) as { messages?: { id: string }[] };
    if (messages?.[0] !== undefined) this.learn(kept, 'submitted', messages[0].id);
  }

  private believe(webhook: Webhook): void {
    for (const { value } of webhook.entry.flatMap(({ changes }) => changes)) {
      for (const { id, status, biz_opaque_callback_data } of value.statuses ?? []) {
        const kept = this.messages.find((message) => message.id === biz_opaque_callback_data);
        if (kept !== undefined) this.learn(kept, status, id);
      }
    }
  }

  private learn(kept: Kept, name: string, wamid: string): void {
    kept.state = 'submitted';
    kept.wamid ??= wamid;
    kept.version += 1;
    if (name !== 'submitted') kept.status = name;
    if (name === 'delivered') kept.delivered_at = 'then';
    if (name === 'read') kept.read_at = 'then';
    const type = `io.heliograph.message.${name}.v1`;
    const id = String(this.events.length);
    this.events.push({ id, type, subject: kept.id, time: '', version: kept.version, data: {} });
  }
}

interface Webhook {
  readonly entry: readonly {
    readonly changes: readonly { readonly value: { readonly statuses?: readonly ReportedStatus[] } }[];
  }[];
}

interface ReportedStatus {
  readonly id: string;
  readonly status: string;
  readonly biz_opaque_callback_data?: string;
}

function graphBody(message: object): object {
  const { to, type, template } = message as { to: string; type: string; template: object };
  return { messaging_product: 'whatsapp', recipient_type: 'individual', to, type, template };
}
