import {
  type ChannelCredentials,
  type Client,
  credentials,
  type GrpcObject,
  loadPackageDefinition,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import { loadFileDescriptorSetFromBuffer, loadSync, type PackageDefinition } from '@grpc/proto-loader';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { LUCKY } from '../support/accounts.js';
import { stopAtEnd } from '../support/cleanup.js';
import { aTextMessage } from '../support/factories.js';
import { describeWithNats, TestNats } from '../support/nats.js';
import { type Stack, startStack } from '../support/stack.js';

// What a caller's own libraries make of the service: neither our protos nor any code of ours is used to call it.

type Call = (
  request: object,
  metadata: Metadata,
  callback: (error: ServiceError | null, answer: object) => void,
) => void;
type Stream = AsyncIterable<Record<string, unknown>> & { write(message: object): void; end(): void; cancel(): void };
type MadeClient = new (address: string, security: ChannelCredentials) => Client;

const OPTIONS = { keepCase: true, longs: String, enums: String };
const CREDENTIAL = `Bearer ${LUCKY.keys.all}`;

function clientOf<T>(definition: PackageDefinition, name: string, port: number): T & Client {
  const made = name.split('.').reduce((at, part) => at[part] as GrpcObject, loadPackageDefinition(definition));
  const client = new (made as unknown as MadeClient)(`127.0.0.1:${port}`, credentials.createInsecure());
  stopAtEnd('a gRPC client', async () => client.close());
  return client as T & Client;
}

const called = <T>(client: object, method: string, request: object, credential?: string) =>
  new Promise<T>((resolve, reject) => {
    const metadata = new Metadata();
    if (credential !== undefined) metadata.set('authorization', credential);
    const call = (client as Record<string, Call>)[method] as Call;
    call.call(client, request, metadata, (error, answer) => (error === null ? resolve(answer as T) : reject(error)));
  });

describe('a gRPC client that knows the address alone', () => {
  let stack: Stack;
  let port: number;

  beforeAll(async () => {
    stack = await startStack();
    port = stack.gateways[0]?.grpcPort ?? 0;
  });

  const ask = async (question: object): Promise<Record<string, unknown>> => {
    const proto = 'node_modules/@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto';
    const reflection = clientOf<{ ServerReflectionInfo(): Stream }>(
      loadSync(proto, OPTIONS),
      'grpc.reflection.v1.ServerReflection',
      port,
    );
    const stream = reflection.ServerReflectionInfo();
    stream.write(question);
    stream.end();
    try {
      for await (const answer of stream) return answer;
      throw new Error('reflection did not answer');
    } finally {
      // Leaving the loop does not end the call, and an open call keeps the process.
      stream.cancel();
    }
  };

  /** What reflection tells of a service, as the set of files that a client is made of. */
  const learn = async (service: string): Promise<PackageDefinition> => {
    const answer = await ask({ file_containing_symbol: service });
    const { file_descriptor_proto: files } = answer.file_descriptor_response as { file_descriptor_proto: Buffer[] };
    const framed = files.flatMap((file) => [Buffer.from([0x0a, ...varint(file.length)]), file]);
    return loadFileDescriptorSetFromBuffer(Buffer.concat(framed), OPTIONS);
  };

  it('learns by reflection which services there are', async () => {
    const answer = await ask({ list_services: '' });
    const { service } = answer.list_services_response as { service: { name: string }[] };
    expect(service.map((s) => s.name)).toEqual(
      expect.arrayContaining(
        ['AccountsService', 'MediaService', 'MessagingService', 'RateLimitService', 'TemplatesService'].map(
          (name) => `heliograph.v1.${name}`,
        ),
      ),
    );
  });

  it('sends, reads and asks with what reflection told it', async () => {
    const messaging = clientOf(await learn('heliograph.v1.MessagingService'), 'heliograph.v1.MessagingService', port);
    const sent = await called<{ id: string; state: string }>(messaging, 'Send', aTextMessage(), CREDENTIAL);
    expect(sent.state).toBe('queued');
    const read = await called(messaging, 'Get', { id: sent.id }, CREDENTIAL);
    expect(read).toMatchObject({ id: sent.id, type: 'text' });
    await expect(called(messaging, 'Get', { id: sent.id })).rejects.toMatchObject({ code: 16 });
    await expect(called(messaging, 'Send', { to: '12' }, CREDENTIAL)).rejects.toMatchObject({ code: 3 });
    const limits = clientOf(await learn('heliograph.v1.RateLimitService'), 'heliograph.v1.RateLimitService', port);
    const checked = await called(limits, 'Check', { messages: [aTextMessage()] }, CREDENTIAL);
    expect(checked).toMatchObject({ results: [{ verdict: 'go' }] });
  });

  it('asks whether the service and each of its parts serve, without a key, and hears when it stops', async () => {
    const leaving = await stack.addGateway();
    const proto = loadSync('node_modules/grpc-health-check/proto/health/v1/health.proto', OPTIONS);
    const health = clientOf<{ watch(request: object): Stream }>(proto, 'grpc.health.v1.Health', leaving.grpcPort);
    for (const service of ['', 'heliograph.v1.MessagingService', 'heliograph.v1.RateLimitService']) {
      expect(await called(health, 'check', { service })).toMatchObject({ status: 'SERVING' });
    }
    await expect(called(health, 'check', { service: 'heliograph.v1.Nothing' })).rejects.toMatchObject({ code: 5 });
    const watching = health.watch({ service: '' });
    const heard: unknown[] = [];
    let stopped: Promise<void> | undefined;
    try {
      for await (const { status } of watching) {
        heard.push(status);
        stopped ??= leaving.stop();
        if (status === 'NOT_SERVING') break;
      }
    } finally {
      watching.cancel();
      await stopped;
    }
    expect(heard).toEqual(['SERVING', 'NOT_SERVING']);
  });
});

/** A length as protobuf writes it. */
function varint(n: number): number[] {
  return n < 0x80 ? [n] : [(n & 0x7f) | 0x80, ...varint(n >>> 7)];
}

describeWithNats('a NATS client that knows the server alone', () => {
  let connection: NatsConnection;

  beforeAll(async () => {
    const nats = await TestNats.start();
    await startStack({ settings: { NATS_URL: nats.url } });
    connection = await connect({ servers: nats.url });
    stopAtEnd('a NATS client', () => connection.close());
  });

  const request = (subject: string, body: string, credential?: string) => {
    const h = headers();
    if (credential !== undefined) h.set('Authorization', credential);
    return connection.request(subject, body, { timeout: 10_000, headers: h });
  };

  it('finds the service, each of its subjects, and what came of the requests', async () => {
    const [ping] = [await connection.request('$SRV.PING')];
    const { name, id, version, type } = ping.json<Record<string, string>>();
    expect({ name, type }).toEqual({ name: 'heliograph', type: 'io.nats.micro.v1.ping_response' });
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    for (const subject of ['$SRV.PING.heliograph', `$SRV.PING.heliograph.${id}`]) {
      expect((await connection.request(subject)).json()).toMatchObject({ id });
    }
    const info = (await connection.request(`$SRV.INFO.heliograph.${id}`)).json<{
      endpoints: { name: string; subject: string; queue_group: string }[];
    }>();
    const send = info.endpoints.find((e) => e.subject === 'wa.rpc.v1.messaging.send');
    expect(send).toMatchObject({ name: 'MessagingService-Send', queue_group: 'heliograph' });

    const stats = async () => {
      const told = (await connection.request('$SRV.STATS.heliograph')).json<{
        type: string;
        endpoints: { subject: string; num_requests: number; num_errors: number; last_error: string }[];
      }>();
      expect(told.type).toBe('io.nats.micro.v1.stats_response');
      return told.endpoints.find((e) => e.subject === 'wa.rpc.v1.messaging.get');
    };
    const before = await stats();
    expect(before).toMatchObject({ num_requests: 0, num_errors: 0 });
    await request('wa.rpc.v1.messaging.get', '{"id":"01890000-0000-7000-8000-000000000000"}', CREDENTIAL);
    expect(await stats()).toMatchObject({ num_requests: 1, num_errors: 1, last_error: '404:not_found' });
  });

  it('sends and reads with plain JSON', async () => {
    const sent = await request('wa.rpc.v1.messaging.send', JSON.stringify(aTextMessage()), CREDENTIAL);
    expect(sent.headers?.get('Nats-Service-Error-Code') ?? '').toBe('');
    const { id } = sent.json<{ id: string }>();
    const read = await request('wa.rpc.v1.messaging.get', JSON.stringify({ id }), CREDENTIAL);
    expect(read.json()).toMatchObject({ id, type: 'text' });
    // An empty body stands for no fields.
    const stops = await request('wa.rpc.v1.rate_limit.list_stops', '', CREDENTIAL);
    expect(stops.json()).toEqual({ stops: [] });
  });

  it.each<[string, string, string | undefined, number, string]>([
    ['no JSON', '{"id":', CREDENTIAL, 400, 'invalid_request'],
    ['JSON that is no object', '[]', CREDENTIAL, 400, 'invalid_request'],
    ['a field that is wrong', '{"id":"x"}', CREDENTIAL, 400, 'invalid_request'],
    ['no key', '{"id":"x"}', undefined, 401, 'unauthenticated'],
    ['nothing of that id', '{"id":"01890000-0000-7000-8000-000000000000"}', CREDENTIAL, 404, 'not_found'],
  ])('is told in the headers of NATS services what is wrong, and in the body in full: %s', async (...row) => {
    const [, body, credential, status, code] = row;
    const refusal = await request('wa.rpc.v1.messaging.get', body, credential);
    expect(refusal.headers?.get('Nats-Service-Error-Code')).toBe(String(status));
    expect(refusal.headers?.get('Content-Type')).toBe('application/problem+json');
    const problem = refusal.json<{ detail: string }>();
    expect(problem).toMatchObject({ status, code, type: `urn:heliograph:error:${code}` });
    expect(refusal.headers?.get('Nats-Service-Error')).toBe(problem.detail);
  });

  it('hears at once that nobody serves a subject that there is not', async () => {
    await expect(request('wa.rpc.v1.messaging.no_such', '{}', CREDENTIAL)).rejects.toThrow(/no responders/i);
  });
});
