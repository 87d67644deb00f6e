import type { Readable } from 'node:stream';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type Agent, type Dispatcher, Pool } from 'undici';
import { readSha256 } from '../core/media/inbound-file.js';
import { parseGraphError } from '../core/meta-errors/parse-graph-error.js';
import { asInteger, asObject, asText, type JsonValue } from '../core/webhook/json-value.js';
import type { GatewayConfig } from '../platform/config/settings.js';
import { guardedAgent } from '../platform/net/guarded-agent.js';
import { judgeUrl, type Reach } from '../platform/net/judge-url.js';
import { CONFIG } from '../platform/tokens.js';

/** Why a file cannot be had now. `gone`: Meta has it no more. `foreign_host`: its URL leads where no token may go. */
export type NoFile = 'gone' | 'foreign_host' | 'too_large' | 'refused' | 'unanswered';

/** A file of a person's at Meta: its bytes as they come, or why there are none. Who takes the bytes ends the stream. */
export type RemoteFile =
  | { readonly content: Readable; readonly sha256: string | null; readonly problem?: never }
  | { readonly problem: NoFile };

/** Which file, and how much of it is wanted. */
export interface FileWanted {
  readonly metaMediaId: string;
  readonly phoneNumberId: string;
  readonly accessToken: string;
  readonly mostBytes: number;
}

/** Between two pieces of a file, and for the answer to begin. */
const ANSWER_MS = 20_000;

/** For a whole file: 100 MB at 8 Mbit/s. */
const WHOLE_MS = 100_000;

const LARGEST_ANSWER = 64 * 1024;

/** Errors after which a file will not come back (Meta, "Error codes", 1306; cloud-api.md §2, 100/33 for an unknown id). */
const isGone = (status: number, code: number | null, subcode: number | null) =>
  status === 404 || code === 1306 || (code === 100 && subcode === 33);

/**
 * Fetches files that people sent: first the URL that Meta gives for an id, then the bytes from there. The access token
 * goes to the Graph API and to hosts of `INBOUND_MEDIA_HOSTS`, and nowhere else; no redirect is followed.
 */
@Injectable()
export class InboundMediaClient implements OnApplicationShutdown {
  private readonly pool: Pool;
  private readonly agent: Agent;
  private readonly base: URL;
  private readonly reach: Reach;
  private readonly hosts: ReadonlySet<string>;

  constructor(@Inject(CONFIG) config: GatewayConfig) {
    this.base = new URL(`${config.graphBaseUrl}/${config.graphApiVersion}`);
    this.reach = { privateToo: config.fetchPrivate === 'on' };
    this.hosts = new Set(config.inboundMediaHosts.map((host) => host.toLowerCase()));
    this.agent = guardedAgent(this.reach, { answerMs: ANSWER_MS });
    this.pool = new Pool(this.base.origin, {
      connections: 16,
      keepAliveTimeout: 4000,
      keepAliveMaxTimeout: 4000,
      connect: { timeout: 3000 },
      headersTimeout: ANSWER_MS,
      bodyTimeout: ANSWER_MS,
    });
  }

  /** Opens a file. Never throws for what the network does; a stream that breaks off ends with an error. */
  async open(wanted: FileWanted): Promise<RemoteFile> {
    const signal = AbortSignal.timeout(WHOLE_MS);
    try {
      const found = await this.find(wanted, signal);
      return found.problem === undefined ? await this.download(found, wanted, signal) : found;
    } catch {
      return { problem: 'unanswered' };
    }
  }

  /** Ends the connections. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.pool.destroy(), this.agent.destroy()]);
  }

  private async find(wanted: FileWanted, signal: AbortSignal): Promise<Found> {
    const { metaMediaId, phoneNumberId, accessToken } = wanted;
    const answer = await this.pool.request({
      method: 'GET',
      path: `${this.base.pathname}/${metaMediaId}?phone_number_id=${encodeURIComponent(phoneNumberId)}`,
      headers: { authorization: `Bearer ${accessToken}` },
      signal,
    });
    const body = await readSmallJson(answer.body);
    const error = parseGraphError(body);
    if (isGone(answer.statusCode, error?.code ?? null, error?.subcode ?? null)) return { problem: 'gone' };
    if (answer.statusCode >= 500) return { problem: 'unanswered' };
    const media = asObject(body);
    if (error !== null || answer.statusCode !== 200 || media === null) return { problem: 'refused' };
    const url = this.allowed(asText(media.url) ?? '');
    if (url === null) return { problem: 'foreign_host' };
    if ((asInteger(media.file_size) ?? 0) > wanted.mostBytes) return { problem: 'too_large' };
    return { url, sha256: readSha256(asText(media.sha256)) };
  }

  /** The URL when the token may go there: to where it goes anyway, or to a chosen host that is public. */
  private allowed(text: string): URL | null {
    if (URL.canParse(text) && new URL(text).origin === this.base.origin) return new URL(text);
    const { url } = { url: undefined, ...judgeUrl(text, this.reach) };
    return url !== undefined && this.hosts.has(url.hostname) ? url : null;
  }

  private async download(
    { url, sha256 }: { url: URL; sha256: string | null },
    { accessToken, mostBytes }: FileWanted,
    signal: AbortSignal,
  ): Promise<RemoteFile> {
    const request = {
      method: 'GET' as const,
      path: `${url.pathname}${url.search}`,
      headers: { authorization: `Bearer ${accessToken}` },
      signal,
    };
    const isGraph = url.origin === this.base.origin;
    const answer = await (isGraph
      ? this.pool.request(request)
      : this.agent.request({ ...request, origin: url.origin }));
    if (answer.statusCode === 200) {
      if (Number(answer.headers['content-length'] ?? 0) <= mostBytes) return { content: answer.body, sha256 };
      answer.body.destroy();
      return { problem: 'too_large' };
    }
    const error = parseGraphError(await readSmallJson(answer.body));
    if (isGone(answer.statusCode, error?.code ?? null, error?.subcode ?? null)) return { problem: 'gone' };
    return { problem: answer.statusCode >= 500 ? 'unanswered' : 'refused' };
  }
}

type Found =
  | { readonly url: URL; readonly sha256: string | null; readonly problem?: never }
  | { readonly problem: NoFile };

/** An answer about a file is small; of what is not, no more than its beginning is read. */
async function readSmallJson(body: Dispatcher.ResponseData['body']): Promise<JsonValue | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += (chunk as Buffer).length;
    // Leaving the loop destroys the stream.
    if (size > LARGEST_ANSWER) return undefined;
    chunks.push(chunk as Buffer);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString()) as JsonValue;
  } catch {
    return undefined;
  }
}
