import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A status as it arrived, with the number its `value` named. */
export interface ReceivedStatus {
  readonly id: string;
  readonly status: string;
  readonly timestamp: string;
  readonly recipient_id?: string;
  readonly biz_opaque_callback_data?: string;
  readonly pricing?: unknown;
  readonly errors?: readonly { readonly code: number }[];
  readonly phoneNumberId: string;
}

interface Change {
  readonly field: string;
  readonly value: {
    readonly metadata?: { readonly phone_number_id: string };
    readonly statuses?: readonly Omit<ReceivedStatus, 'phoneNumberId'>[];
  } & Record<string, unknown>;
}

/** A callback for specs: answers the handshake, checks signatures on its own, keeps what came. */
export class CallbackListener {
  /** Changes of every POST that was answered 200. */
  readonly changes: Change[] = [];
  /** Raw bodies of every POST, answered 200 or not. */
  readonly bodies: string[] = [];
  /** The same with the header that signs them. */
  readonly posts: { readonly body: string; readonly signature: string }[] = [];
  badSignatures = 0;
  /** Answers to give to the next POSTs; 200 when used up. */
  answers: number[] = [];
  handshakes = 0;
  private readonly server = createServer((req, res) => void this.receive(req, res));

  constructor(
    private readonly appSecret: string,
    private readonly verifyToken: string,
  ) {}

  /** Resolves with the URL of the callback. */
  listen(): Promise<string> {
    return new Promise((resolve) => {
      this.server.listen(0, '127.0.0.1', () => {
        resolve(`http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hooks/meta?tenant=1`);
      });
    });
  }

  get statuses(): ReceivedStatus[] {
    return this.changes.flatMap(({ value }) =>
      (value.statuses ?? []).map((status) => ({ ...status, phoneNumberId: value.metadata?.phone_number_id ?? '' })),
    );
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private async receive(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const query = new URL(req.url ?? '/', 'http://callback').searchParams;
    if (req.method === 'GET') {
      this.handshakes++;
      const isRight = query.get('hub.mode') === 'subscribe' && query.get('hub.verify_token') === this.verifyToken;
      res.writeHead(isRight ? 200 : 403).end(query.get('hub.challenge'));
      return;
    }
    const raw = Buffer.concat(chunks);
    this.bodies.push(raw.toString('latin1'));
    const expected = `sha256=${createHmac('sha256', this.appSecret).update(raw).digest('hex')}`;
    const signature = String(req.headers['x-hub-signature-256']);
    this.posts.push({ body: raw.toString('utf8'), signature });
    if (signature !== expected) this.badSignatures++;
    const status = this.answers.shift() ?? 200;
    if (status === 200) {
      const { entry } = JSON.parse(raw.toString('utf8')) as { entry: { changes: Change[] }[] };
      this.changes.push(...entry.flatMap(({ changes }) => changes));
    }
    res.writeHead(status).end();
  }
}
