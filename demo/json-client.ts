import { Pool } from 'undici';

/** An answer: its status, its body as JSON where it is JSON, and how long it asks to wait. */
export interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly text: string;
  /** From `Retry-After` in seconds; null when absent. */
  readonly retryAfterMs: number | null;
}

/** How long one answer may take. Ours come in milliseconds; this only keeps a hang from being for ever. */
const ANSWER_WITHIN_MS = 30_000;

/** Talks JSON to one server over a few kept connections. Rejects with the network's error when there is no answer. */
export class JsonClient {
  private readonly pool: Pool;

  constructor(
    readonly origin: string,
    private readonly headers: Readonly<Record<string, string>> = {},
    connections = 32,
  ) {
    this.pool = new Pool(origin, { connections, headersTimeout: ANSWER_WITHIN_MS, bodyTimeout: ANSWER_WITHIN_MS });
  }

  /** `GET path`. */
  get(path: string): Promise<JsonAnswer> {
    return this.request('GET', path);
  }

  /** `POST path` with a JSON body. */
  post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<JsonAnswer> {
    return this.request('POST', path, body, headers);
  }

  /** Cuts the connections. */
  close(): Promise<void> {
    return this.pool.destroy();
  }

  private async request(
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<JsonAnswer> {
    const hasBody = body !== undefined;
    const answer = await this.pool.request({
      method,
      path,
      headers: { ...this.headers, ...(hasBody ? { 'content-type': 'application/json' } : {}), ...headers },
      body: hasBody ? JSON.stringify(body) : null,
    });
    const text = await answer.body.text();
    const seconds = Number(answer.headers['retry-after'] ?? Number.NaN);
    return {
      status: answer.statusCode,
      text,
      body: parsed(text),
      retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : null,
    };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
