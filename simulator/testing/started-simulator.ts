import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { request } from 'undici';
import { DEFAULTS } from '../assets/platform-state.js';
import type { SimulatorOptions } from '../options.js';
import { type Simulator, startSimulator } from '../simulator.js';
import { CallbackListener } from './callback-listener.js';

/** Signs the webhooks of every simulator that is started here. */
export const APP_SECRET = 'a secret';
const TOKEN = 'token';
const started: { close(): Promise<void> }[] = [];

/** An answer with its JSON parsed; null where there was none. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  // biome-ignore lint/suspicious/noExplicitAny: specs look into answers of every shape.
  readonly body: any;
}

/** A running simulator with what specs do to it. */
export interface TestSimulator extends Simulator {
  readonly ledgerFile: string;
  call(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<Answer>;
  /** The body of a GET; throws unless it was answered 200. */
  get(path: string): Promise<Answer['body']>;
  /** The body of a POST; throws unless it was answered 200. */
  post(path: string, body?: unknown): Promise<Answer['body']>;
  /** Sends a message from the default number, or another. */
  send(body: unknown, phoneNumberId?: string): Promise<Answer>;
  bytes(path: string): Promise<Buffer>;
  putBytes(path: string, bytes: Buffer): Promise<void>;
}

/** Starts a simulator and a callback for it, both stopped by `stopAll`. Fast unless told otherwise. */
export async function startTestSimulator(
  options: SimulatorOptions = {},
): Promise<{ readonly simulator: TestSimulator; readonly callback: CallbackListener }> {
  const callback = new CallbackListener(APP_SECRET, TOKEN);
  const callbackUrl = await callback.listen();
  started.push(callback);
  const ledgerFile = path.join(mkdtempSync(path.join(tmpdir(), 'simulator-spec-')), 'ledger.ndjson');
  const defaults = {
    callbackUrl,
    appSecret: APP_SECRET,
    verifyToken: TOKEN,
    timeScale: 0.02,
    latencyMs: 0,
    ledgerFile,
  };
  const simulator = await startSimulator({ ...defaults, ...options });
  started.push(simulator);
  return { simulator: withCalls(simulator, options.ledgerFile ?? ledgerFile), callback };
}

/** Stops every simulator and callback of the spec. */
export async function stopAll(): Promise<void> {
  for (const thing of started.splice(0)) await thing.close();
}

/** A text to a user. */
export const text = (to: string, data?: string) => ({
  messaging_product: 'whatsapp',
  to,
  type: 'text',
  text: { body: 'grüß dich / 😀' },
  biz_opaque_callback_data: data,
});

function withCalls(simulator: Simulator, ledgerFile: string): TestSimulator {
  const call: TestSimulator['call'] = async (method, where, body) => {
    const headers = { authorization: 'Bearer t', 'content-type': 'application/json' };
    const sent = body === undefined ? undefined : JSON.stringify(body);
    const answer = await request(simulator.url + where, { method, headers, body: sent });
    const received = await answer.body.text();
    return { status: answer.statusCode, headers: answer.headers, body: received === '' ? null : JSON.parse(received) };
  };
  const good = async (method: 'GET' | 'POST', where: string, body?: unknown) => {
    const answer = await call(method, where, body);
    if (answer.status !== 200) throw new Error(`${method} ${where}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  return {
    ...simulator,
    ledgerFile,
    call,
    get: (where) => good('GET', where),
    post: (where, body) => good('POST', where, body),
    send: (body, phoneNumberId = DEFAULTS.phoneNumberId) => call('POST', `/v25.0/${phoneNumberId}/messages`, body),
    bytes: async (where) => {
      const answer = await request(simulator.url + where);
      return Buffer.from(await answer.body.arrayBuffer());
    },
    putBytes: async (where, bytes) => {
      await (await request(simulator.url + where, { method: 'PUT', body: bytes })).body.dump();
    },
  };
}
