import { beforeAll, expect, it } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import { LUCKY } from '../support/accounts.js';
import type { ChildGateway } from '../support/child-gateway.js';
import { aRecipient, aTextMessage } from '../support/factories.js';
import { type FuzzRun, type FuzzVerdict, fuzz } from '../support/fuzz/fuzz-run.js';
import { type GoodData, GrpcFuzz, HttpFuzz, NatsFuzz } from '../support/fuzz/wire-fuzz.js';
import { describeWithNats, TestNats } from '../support/nats.js';
import { OpenApi } from '../support/openapi.js';
import { type Stack, startStack } from '../support/stack.js';
import { NatsWire } from '../support/transports/nats-client.js';
import { protoMethods } from '../support/transports/protos.js';
import { until } from '../support/until.js';
import { GOOD_CONTENT } from './good-content.js';
import { LATER, OPERATIONS } from './operations.js';

/** Calls per wire; `HELIOGRAPH_FUZZ_CALLS=100000` for the long run, `HELIOGRAPH_FUZZ_SEED` to see the same one again. */
const CALLS = Number(process.env.HELIOGRAPH_FUZZ_CALLS ?? 3000);
const SEED = Number(process.env.HELIOGRAPH_FUZZ_SEED ?? Math.floor(Math.random() * 1e9));

/** What a process may grow by once it has warmed up, in MB: garbage that is not collected yet, and no more. */
const MOST_GROWTH_MB = 96;

const message: GoodData = (fuzzer) => {
  const options = { ...LATER, callback_data: 'x', metadata: { crm_id: '42', list: [1, { a: null }] } };
  const [, content] = fuzzer.pick(GOOD_CONTENT);
  const base = { phone_number_id: LUCKY.phoneNumberId, to: aRecipient(), ...options };
  return content.type === 'reaction'
    ? { ...base, ...content }
    : { ...base, context: { message_id: 'wamid.x' }, ...content };
};
const batch: GoodData = (fuzzer) => ({
  messages: Array.from({ length: 1 + fuzzer.below(5) }, () => message(fuzzer)),
  validate_only: fuzzer.chance(0.5),
});

/** A piece of a file; its bytes are written as base64. */
const piece: GoodData = (fuzzer) => ({
  ...(fuzzer.chance(0.5) ? { type: 'text/plain', filename: 'a.txt' } : {}),
  file: Buffer.from('Hello').toString('base64'),
});

/** Sends are where the rules are: as many calls as all other operations together. */
const often = <T extends { readonly weight: number }>(list: readonly T[]): T[] =>
  list.flatMap((one) => Array.from({ length: one.weight }, () => one));

describeWithNats(`random requests (seed ${SEED}, ${CALLS} per wire)`, () => {
  let stack: Stack;
  let child: ChildGateway;
  let nats: NatsWire;
  let openApi: OpenApi;
  let grpcPort: number;
  let ownId: string;
  const withinMs = 60_000 + CALLS * 30;

  beforeAll(async () => {
    const { url } = await TestNats.start();
    stack = await startStack({ replicas: 0, settings: { NATS_URL: url, DROP_IN_WAIT_MS: '0' } });
    child = await stack.addChild();
    nats = await NatsWire.connect(url);
    const ready = child.lines.find((line) => line.includes('"msg":"ready"')) ?? '{}';
    grpcPort = (JSON.parse(ready) as { grpc_port: number }).grpc_port;
    openApi = new OpenApi((await child.api.get<ConstructorParameters<typeof OpenApi>[0]>('/openapi.json')).body);
    ownId = (await child.api.send(aTextMessage(LATER))).id;
  });

  const dataOf = (id: string): GoodData => {
    if (id === 'sendMessage' || id === 'drop-in') return message;
    if (id === 'sendBatch') return batch;
    const row = OPERATIONS[id];
    return () => ({
      ...row?.body?.(),
      ...Object.fromEntries(new URLSearchParams(row?.query)),
      ...(row?.hasIds === true ? { id: ownId } : {}),
    });
  };
  const rpcs = () => {
    const known = new Map(
      Object.entries(OPERATIONS).flatMap(([id, { rpc }]) => (rpc === undefined ? [] : [[rpc, id]])),
    );
    const methods = protoMethods().filter((m) => !m.streams);
    return often(
      methods.map((method) => ({
        method,
        good: dataOf(known.get(method.name) ?? ''),
        weight: /\.(Send|BatchSend)$/.test(method.name) ? methods.length : 2,
      })),
    );
  };
  const residentMb = async () => {
    const page = String((await child.api.get('/metrics')).body);
    return Number(/^process_resident_memory_bytes (\S+)$/m.exec(page)?.[1]) / 2 ** 20;
  };

  /** Runs it, and holds the gateway to its promises: documented answers, nothing in the log, and no growth. */
  async function expectSound(call: (seed: number) => Promise<FuzzVerdict>): Promise<FuzzRun> {
    const mb: number[] = [];
    const from = child.lines.length;
    const run = await fuzz(SEED, CALLS, call, async () => void mb.push(Math.round(await residentMb())));
    if (process.env.HELIOGRAPH_FUZZ_CALLS !== undefined) process.stderr.write(`${JSON.stringify({ ...run, mb })}\n`);
    expect(run.offences).toEqual([]);
    // Nobody is told `ok` only, or never: then the mutations would be too tame or too wild to find anything.
    expect(Object.keys(run.codes)).toEqual(expect.arrayContaining(['ok']));
    expect(child.lines.slice(from).filter((line) => /"level":[56]0/.test(line))).toEqual([]);
    const warm = Math.max(...mb.slice(0, 5));
    expect(mb.at(-1)).toBeLessThan(warm + MOST_GROWTH_MB);
    return run;
  }

  it(
    'over REST get documented answers only, never a 5xx, and leave the memory as it was',
    async () => {
      const dropIn = { id: 'drop-in', method: 'POST', path: `/v23.0/${LUCKY.phoneNumberId}/messages`, needsKey: true };
      const operations = [...openApi.operations(), dropIn];
      const heavy = /^(sendMessage|sendBatch|drop-in)$/;
      const weighted = operations.map((o) => ({
        ...o,
        good: dataOf(o.id),
        weight: heavy.test(o.id) ? operations.length : 2,
      }));
      const target = new HttpFuzz(child.api, openApi, often(weighted));
      const { codes } = await expectSound((seed) => target.call(seed));
      expect(codes.invalid_request).toBeGreaterThan(CALLS / 10);
    },
    withinMs,
  );

  it(
    'over gRPC get documented answers only, never INTERNAL or UNKNOWN, and leave the memory as it was',
    async () => {
      const goods: Readonly<Record<string, GoodData>> = {
        'MessagingService.StreamSend': message,
        'MediaService.Upload': piece,
      };
      const streams = protoMethods().flatMap((method) => {
        const good = goods[method.name];
        return good === undefined ? [] : [{ method, good }];
      });
      const target = new GrpcFuzz(grpcPort, [...rpcs(), ...often(streams.map((s) => ({ ...s, weight: 10 })))]);
      const { codes } = await expectSound((seed) => target.call(seed));
      expect(codes.invalid_request).toBeGreaterThan(CALLS / 10);
    },
    withinMs,
  );

  it(
    'over NATS are all answered, with documented answers only, and leave the memory as it was',
    async () => {
      const target = new NatsFuzz(nats.connection, rpcs());
      const { codes } = await expectSound((seed) => target.call(seed));
      expect(codes.invalid_request).toBeGreaterThan(CALLS / 10);
    },
    withinMs,
  );

  it(
    'as durable commands become messages or dead letters with a documented reason, and hold nobody up',
    async () => {
      const target = new NatsFuzz(nats.connection, []);
      await expectSound((seed) => target.command(seed, message));
      const manager = await jetstreamManager(nats.connection);
      const left = async () => (await manager.streams.info('WA_CMD')).state.messages;
      await until(async () => (await left()) === 0, { withinMs, everyMs: 200, what: 'the end of the queue' });
      const page = String((await child.api.get('/metrics')).body);
      const count = (result: string) =>
        Number(new RegExp(`^heliograph_commands_total\\{result="${result}"\\} (\\S+)$`, 'm').exec(page)?.[1] ?? 0);
      expect(count('accepted')).toBeGreaterThan(0);
      expect(count('dead')).toBeGreaterThan(CALLS / 10);
      expect(count('retried')).toBe(0);
    },
    withinMs,
  );
});
