import { Client, credentials } from '@grpc/grpc-js';
import { jetstream } from '@nats-io/jetstream';
import { headers, type NatsConnection } from '@nats-io/transport-node';
import { GATEWAY_ERRORS } from '../../../src/core/gateway-error.js';
import { LUCKY } from '../accounts.js';
import type { Answer, ApiClient } from '../api-client.js';
import { stopAtEnd } from '../cleanup.js';
import type { DocumentedOperation, OpenApi } from '../openapi.js';
import { grpcMetadata, refusalOf } from '../transports/grpc-client.js';
import { toBytes } from '../transports/proto-json.js';
import type { ProtoMethod } from '../transports/protos.js';
import type { FuzzVerdict } from './fuzz-run.js';
import { Fuzzer } from './fuzzer.js';

/** What a caller may be told: everything documented but that it is our fault, or that we cannot answer now. */
const FINE = new Set(['ok', ...Object.keys(GATEWAY_ERRORS).filter((c) => c !== 'internal' && c !== 'unavailable')]);

/** Good data of an operation, to be spoiled. */
export type GoodData = (fuzzer: Fuzzer) => object;

/** Judges a code; `payload` is what has to be shown when it must never be. */
function judged(code: string, payload: unknown, more = ''): FuzzVerdict {
  return FINE.has(code) ? { code } : { offence: `${code} ${more}`, payload };
}

/** Text for a wire that carries JSON: a good value spoiled, its text spoiled, or no JSON at all. */
function jsonText(fuzzer: Fuzzer, good: object): Buffer {
  const text = Buffer.from(JSON.stringify(fuzzer.chance(0.9) ? fuzzer.mutate(good) : fuzzer.value()) ?? '');
  if (fuzzer.chance(0.05)) return fuzzer.bytes(200);
  return fuzzer.chance(0.2) ? fuzzer.damage(text) : text;
}

const KEYS = [undefined, undefined, undefined, 'order-1', '', 'a b', '"', 'x'.repeat(256), 'ü'] as const;

/** Calls operations of REST with whatever comes out of spoiling good requests. */
export class HttpFuzz {
  constructor(
    private readonly api: ApiClient,
    private readonly openApi: OpenApi,
    private readonly operations: readonly (DocumentedOperation & { readonly good: GoodData })[],
  ) {}

  /** One call. */
  async call(seed: number): Promise<FuzzVerdict> {
    const fuzzer = new Fuzzer(seed);
    const operation = fuzzer.pick(this.operations);
    const { path, body, type } = this.requestFor(fuzzer, operation);
    const key = fuzzer.pick(KEYS);
    const payload = { operation: operation.id, path, type, body: body?.toString('latin1') };
    let answer: Answer<{ code?: string; error?: { code: number } }>;
    try {
      answer = await this.api.call(operation.method, path, {
        ...(body === undefined ? {} : { body }),
        headers: { 'content-type': type, ...(key === undefined ? {} : { 'idempotency-key': key }) },
      });
    } catch (error) {
      // The client itself refuses a header that no HTTP has; a broken connection would be ours.
      if ((error as { code?: string }).code === 'UND_ERR_INVALID_ARG') return { code: 'unsayable' };
      return { offence: `no answer: ${(error as Error).message}`, payload };
    }
    // On a starved machine the database may take longer than a second to say that it is there, and that is to be said.
    if (operation.id === 'isReady' && answer.status === 503) return { code: 'unavailable' };
    if (answer.status >= 500) return { offence: `${answer.status} ${JSON.stringify(answer.body)}`, payload };
    if (operation.id === 'drop-in') return dropInVerdict(answer, payload);
    const faults = this.openApi.faults(operation.id, answer);
    if (faults.length > 0 && !String(answer.headers['content-type']).includes('ndjson')) {
      return {
        offence: `${answer.status}, against the document: ${faults[0]} ${JSON.stringify(answer.body)}`,
        payload,
      };
    }
    return answer.status < 400 ? { code: 'ok' } : judged(answer.body.code ?? `${answer.status} without code`, payload);
  }

  private requestFor(fuzzer: Fuzzer, { method, path: template, good }: (typeof this.operations)[number]) {
    const data = good(fuzzer) as Record<string, unknown>;
    const rest = { ...data };
    const path = template.replace(/\{(\w+)\}/g, (_, name: string) => {
      const own = rest[name] ?? '01890000-0000-7000-8000-000000000000';
      delete rest[name];
      return encode((fuzzer.chance(0.5) ? own : fuzzer.text()) || '-');
    });
    const type = fuzzer.chance(0.9)
      ? 'application/json'
      : fuzzer.pick(['application/x-ndjson', 'text/plain', '', 'a/b;c']);
    if (method !== 'GET' && method !== 'DELETE') return { path, type, body: jsonText(fuzzer, rest) };
    const spoiled = Object.entries((fuzzer.mutate({ ...rest, page_size: 1 }) ?? {}) as object).slice(0, 10);
    const query = spoiled.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
    return { path: query === '' ? path : `${path}?${query}`, type, body: undefined };
  }
}

function dropInVerdict(answer: Answer<{ error?: { code: number } }>, payload: unknown): FuzzVerdict {
  if (answer.status === 200) return { code: 'ok' };
  const code = answer.body?.error?.code;
  return typeof code === 'number'
    ? { code: `graph ${code}` }
    : { offence: `${answer.status} without an error`, payload };
}

function encode(value: unknown): string {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return encodeURIComponent(text.slice(0, 900).toWellFormed());
}

/** Calls methods over gRPC with spoiled messages, spoiled bytes, and bytes of other messages. */
export class GrpcFuzz {
  private readonly client: Client;

  constructor(
    port: number,
    private readonly methods: readonly { readonly method: ProtoMethod; readonly good: GoodData }[],
  ) {
    // A list may be longer than this client would take by itself: that is a matter of the client's.
    const options = { 'grpc.max_receive_message_length': -1 };
    this.client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), options);
    stopAtEnd('a gRPC client', async () => this.client.close());
  }

  /** One call. */
  call(seed: number): Promise<FuzzVerdict> {
    const fuzzer = new Fuzzer(seed);
    const { method, good } = fuzzer.pick(this.methods);
    const bytes = this.bytesFor(fuzzer, method, good(fuzzer));
    const deadline = Date.now() + 30_000;
    return new Promise((resolve) => {
      const told = (error: Parameters<typeof refusalOf>[0] | null) => {
        const outcome = error === null ? null : refusalOf(error);
        if (outcome === null || outcome.ok) return resolve({ code: 'ok' });
        resolve(judged(outcome.code, { method: method.name, base64: bytes.toString('base64') }, outcome.detail));
      };
      const same = (b: Buffer) => b;
      if (!method.streams) {
        this.client.makeUnaryRequest(method.path, same, same, bytes, grpcMetadata({}), { deadline }, told);
        return;
      }
      const call = this.client.makeClientStreamRequest(method.path, same, same, grpcMetadata({}), { deadline }, told);
      call.write(bytes);
      for (let i = fuzzer.below(4); i > 0; i -= 1) call.write(this.bytesFor(fuzzer, method, good(fuzzer)));
      call.end();
    });
  }

  private bytesFor(fuzzer: Fuzzer, method: ProtoMethod, good: object): Buffer {
    if (fuzzer.chance(0.05)) return fuzzer.bytes(200);
    if (fuzzer.chance(0.1)) return fuzzer.protobuf();
    const bytes = say(method, fuzzer.mutate(good)) ?? say(method, good) ?? Buffer.alloc(0);
    return fuzzer.chance(0.4) ? fuzzer.damage(bytes) : bytes;
  }
}

/** Null when the protos have no form for it: most of what JSON can get wrong they cannot even say. */
function say(method: ProtoMethod, data: unknown): Buffer | null {
  try {
    return toBytes(method.request, data as object);
  } catch {
    return null;
  }
}

/** Calls methods over NATS, and leaves durable commands, with spoiled JSON and spoiled text. */
export class NatsFuzz {
  constructor(
    private readonly connection: NatsConnection,
    private readonly methods: readonly { readonly method: ProtoMethod; readonly good: GoodData }[],
  ) {}

  /** One request. */
  async call(seed: number): Promise<FuzzVerdict> {
    const fuzzer = new Fuzzer(seed);
    const { method, good } = fuzzer.pick(this.methods);
    const body = jsonText(fuzzer, good(fuzzer));
    const payload = { subject: method.subject, body: body.toString('latin1') };
    try {
      const answer = await this.connection.request(method.subject, body, {
        timeout: 30_000,
        headers: headersFor(fuzzer),
      });
      const status = answer.headers?.get('Nats-Service-Error-Code') ?? '';
      const said = answer.json<{ code?: string; status?: number } | null>();
      if (status === '') return { code: 'ok' };
      if (String(said?.status) !== status)
        return { offence: `the header says ${status}, the body ${said?.status}`, payload };
      return judged(said?.code ?? `${status} without code`, payload);
    } catch (error) {
      return { offence: `no answer: ${(error as Error).message}`, payload };
    }
  }

  /** One command; what becomes of it is read from the streams afterwards. */
  async command(seed: number, good: GoodData): Promise<FuzzVerdict> {
    const fuzzer = new Fuzzer(seed);
    const body = jsonText(fuzzer, good(fuzzer));
    const command = fuzzer.chance(0.9)
      ? 'messages.send'
      : fuzzer.pick(['messages', 'x', 'messages.send.now', 'campaigns.trigger']);
    await jetstream(this.connection).publish(`wa.cmd.v1.${LUCKY.businessId}.${command}`, body, {
      headers: headersFor(fuzzer),
    });
    return { code: 'ok' };
  }
}

function headersFor(fuzzer: Fuzzer) {
  const own = headers();
  if (fuzzer.chance(0.97)) own.set('Authorization', `Bearer ${LUCKY.keys.all}`);
  const key = fuzzer.pick(KEYS);
  if (key !== undefined) own.set('Nats-Msg-Id', key);
  return own;
}
