import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type Dispatcher, Pool } from 'undici';
import type { SendResult } from '../core/delivery/classify-outcome.js';
import { parseUsage, type Usage } from '../core/limits/usage-headers.js';
import { parseGraphError } from '../core/meta-errors/parse-graph-error.js';
import type { GatewayConfig } from '../platform/config/settings.js';
import { CONFIG } from '../platform/tokens.js';
import { CallCounter } from './call-counter.js';
import { nextCursor } from './next-cursor.js';
import { exchange, type WholeAnswer, type WireWatch, watchedClient } from './wire-watch.js';

/** A business phone number as the Graph API lists it. */
export interface GraphPhoneNumber {
  readonly phoneNumberId: string;
  readonly displayPhoneNumber: string;
  readonly verifiedName: string | null;
  readonly qualityRating: string | null;
  readonly status: string | null;
  readonly nameStatus: string | null;
  readonly throughputLevel: string | null;
  readonly isOnBizApp: boolean;
  readonly messagingLimitTier: string | null;
}

/** Thrown by reads that the Graph API refuses or does not answer. */
export class GraphRequestError extends Error {
  constructor(
    message: string,
    readonly graphCode: number | null,
    /** Whether there was an answer at all. */
    readonly answered: boolean,
    cause?: unknown,
    /** Of the answer, if there was one. */
    readonly httpStatus: number | null = null,
  ) {
    super(message, { cause });
    this.name = 'GraphRequestError';
  }
}

const NUMBER_FIELDS = [
  'id',
  'display_phone_number',
  'verified_name',
  'quality_rating',
  'status',
  'name_status',
  'throughput',
  'is_on_biz_app',
  'whatsapp_business_manager_messaging_limit',
].join(',');

/** A response of Graph's is small; more than this is not one. */
const LARGEST_ANSWER = 1024 * 1024;

/**
 * The only code that talks to the Graph API. Never follows a redirect and never retries: a send is written at most
 * once, whatever happens to its answer. The token travels in the header, never in the query.
 */
@Injectable()
export class GraphClient implements OnApplicationShutdown {
  /** The calls that count against the hourly budget of a WABA. */
  readonly calls = new CallCounter();
  private readonly pool: Pool;
  /** Path of the API version below the base URL, for example `/v25.0`. */
  private readonly root: string;

  constructor(@Inject(CONFIG) config: GatewayConfig) {
    const base = new URL(`${config.graphBaseUrl}/${config.graphApiVersion}`);
    this.root = base.pathname;
    this.pool = new Pool(base.origin, {
      connections: config.graphConnections,
      factory: watchedClient,
      pipelining: 1,
      // Below the idle time of any edge in front of Graph: a socket that the far side closes while we write to it
      // would turn into an unknown outcome.
      keepAliveTimeout: 4000,
      keepAliveMaxTimeout: 4000,
      connect: { timeout: 3000 },
      maxResponseSize: LARGEST_ANSWER,
      headersTimeout: config.graphTimeoutMs,
      bodyTimeout: config.graphTimeoutMs,
    });
  }

  /**
   * Posts one message. Never throws: what happened, or that nobody knows, is the value. `payload` is JSON text; `watch`
   * is asked right before its first byte, and told when its answer comes in.
   */
  sendMessage(phoneNumberId: string, accessToken: string, payload: string, watch?: WireWatch): Promise<SendResult> {
    return this.post(`/${phoneNumberId}/messages`, accessToken, payload, watch);
  }

  /**
   * Posts JSON text to a path below the version and gives whatever Graph answers. Never throws. For messages there is
   * `sendMessage`, which only the dispatcher may call.
   */
  post(path: string, accessToken: string, payload: string, watch?: WireWatch): Promise<SendResult> {
    return this.write('POST', path, accessToken, payload, watch);
  }

  /** Deletes what a path below the version names, and gives whatever Graph answers. Never throws. */
  delete(path: string, accessToken: string): Promise<SendResult> {
    return this.write('DELETE', path, accessToken, null);
  }

  private async write(
    method: 'POST' | 'DELETE',
    path: string,
    accessToken: string,
    payload: string | null,
    watch?: WireWatch,
  ): Promise<SendResult> {
    this.calls.count(method, path);
    try {
      const request = {
        path: `${this.root}${path}`,
        method,
        headers: {
          authorization: `Bearer ${accessToken}`,
          ...(payload === null ? {} : { 'content-type': 'application/json' }),
        },
        body: payload,
      } as const;
      const answer = await exchange(this.pool, request, watch);
      const usage = readUsage(answer.headers);
      const body = parseJson(answer.body);
      return { kind: 'answer', httpStatus: answer.httpStatus, body, ...(usage.length === 0 ? {} : { usage }) };
    } catch (error) {
      return { kind: 'failure', code: failureCode(error) };
    }
  }

  /** All numbers of a WABA in as few calls as possible: each call counts against the management budget. */
  async listPhoneNumbers(wabaId: string, accessToken: string): Promise<GraphPhoneNumber[]> {
    const query = new URLSearchParams({ fields: NUMBER_FIELDS, limit: '100' });
    return (await this.readPages(`/${wabaId}/phone_numbers?${query}`, accessToken)).flatMap(toNumber);
  }

  /**
   * The items of a list, all its pages. `path` has a query. Throws `GraphRequestError` when Meta refuses a page, does
   * not answer, or has more pages than `mostPages`.
   */
  async readPages(path: string, accessToken: string, mostPages = 1000): Promise<unknown[]> {
    const items: unknown[] = [];
    let after: string | null = null;
    for (let pages = 0; pages < mostPages; pages += 1) {
      const cursor: string = after === null ? '' : `&after=${encodeURIComponent(after)}`;
      const page = await this.get(`${path}${cursor}`, accessToken);
      const data = Array.isArray(page.data) ? (page.data as unknown[]) : [];
      items.push(...data);
      after = data.length === 0 ? null : nextCursor(page);
      if (after === null) return items;
    }
    throw new GraphRequestError(`The Graph API has more than ${mostPages} pages`, null, true);
  }

  /** One number; for when the list of its WABA does not tell its throughput. */
  async readPhoneNumber(phoneNumberId: string, accessToken: string): Promise<GraphPhoneNumber | null> {
    const fields = new URLSearchParams({ fields: NUMBER_FIELDS });
    return toNumber({ id: phoneNumberId, ...(await this.get(`/${phoneNumberId}?${fields}`, accessToken)) })[0] ?? null;
  }

  /** Ends the connections; sends still waiting become unknown, so callers drain first. */
  async onApplicationShutdown(): Promise<void> {
    await this.pool.destroy();
  }

  private async get(path: string, accessToken: string): Promise<Record<string, unknown>> {
    this.calls.count('GET', path);
    let status: number;
    let body: unknown;
    try {
      const answer = await this.pool.request({
        path: `${this.root}${path}`,
        method: 'GET',
        headers: { authorization: `Bearer ${accessToken}` },
      });
      status = answer.statusCode;
      body = await readJson(answer.body);
    } catch (cause) {
      throw new GraphRequestError(`The Graph API did not answer (${failureCode(cause)})`, null, false, cause);
    }
    const error = parseGraphError(body);
    if (error !== null || status !== 200 || body === null || typeof body !== 'object') {
      throw new GraphRequestError(
        `The Graph API answered HTTP ${status}: ${error?.message ?? 'no JSON'}`,
        error?.code ?? null,
        true,
        undefined,
        status,
      );
    }
    return body as Record<string, unknown>;
  }
}

/** The parsed body, or undefined when it is not JSON. Throws when the body breaks off. */
async function readJson(body: Dispatcher.ResponseData['body']): Promise<unknown> {
  return parseJson(await body.text());
}

/** What JSON text says, or undefined when it is none. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readUsage(headers: WholeAnswer['headers']): Usage[] {
  const one = (name: string) => (typeof headers[name] === 'string' ? headers[name] : undefined);
  return parseUsage(one('x-business-use-case-usage'), one('x-app-usage'));
}

function failureCode(error: unknown): string {
  for (let e = error; e instanceof Error; e = e.cause) {
    const { code } = e as Error & { code?: unknown };
    if (typeof code === 'string') return code;
  }
  return error instanceof Error ? error.name : 'UNKNOWN';
}

function toNumber(raw: unknown): GraphPhoneNumber[] {
  if (raw === null || typeof raw !== 'object') return [];
  const n = raw as Record<string, unknown>;
  const id = n.id === undefined ? null : String(n.id);
  if (id === null) return [];
  const text = (value: unknown) => (typeof value === 'string' ? value : null);
  const limit = n.whatsapp_business_manager_messaging_limit;
  return [
    {
      phoneNumberId: id,
      displayPhoneNumber: text(n.display_phone_number) ?? id,
      verifiedName: text(n.verified_name),
      qualityRating: text(n.quality_rating),
      status: text(n.status),
      nameStatus: text(n.name_status),
      throughputLevel: text((n.throughput as { level?: unknown } | undefined)?.level),
      isOnBizApp: n.is_on_biz_app === true,
      messagingLimitTier: text(limit),
    },
  ];
}
