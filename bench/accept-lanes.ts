import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { jetstream } from '@nats-io/jetstream';
import { headers, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import { Pool } from 'undici';
import { commandSubject } from '../src/contracts/subjects.js';
import { codecOf } from '../src/platform/transport/json-codec.js';
import { loadRpcCatalog, type RpcMethod } from '../src/platform/transport/rpc-catalog.js';
import { API_KEY, BUSINESS_ID } from './accounts.js';
import { HttpLane } from './http-lane.js';

/** Kept connections of one wire. A request is prepared before it is timed; `exchange` resolves when it is answered well. */
export interface AcceptLanes {
  /** One for each request that may be under way. */
  readonly lanes: readonly ((request: Buffer) => Promise<void>)[];
  close(): Promise<void>;
}

/** How the messages of one request are written for a wire. */
export type Prepare = (messages: readonly object[]) => Buffer;

/** One message, or the batch of all, as a whole HTTP request. */
export function httpRequest(port: number): Prepare {
  return (messages) => {
    const single = messages.length === 1;
    const body = JSON.stringify(single ? messages[0] : { messages });
    const head = [
      `POST /v1/messages${single ? '' : '/batch'} HTTP/1.1`,
      `host: 127.0.0.1:${port}`,
      `authorization: Bearer ${API_KEY}`,
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(body)}`,
    ];
    return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
  };
}

/** Sockets that write prepared requests. */
export async function httpLanes(port: number, width: number): Promise<AcceptLanes> {
  const lanes = await Promise.all(Array.from({ length: width }, () => HttpLane.open(port)));
  return {
    lanes: lanes.map((lane) => async (request) => {
      const status = await lane.exchange(request);
      if (status !== 202) throw new Error(`HTTP ${status}`);
    }),
    close: async () => {
      for (const lane of lanes) lane.close();
    },
  };
}

/** One message a line. */
export const ndjson: Prepare = (messages) => Buffer.from(messages.map((m) => `${JSON.stringify(m)}\n`).join(''));

/** NDJSON by undici, because its answers come in pieces. */
export async function ndjsonLanes(port: number, width: number): Promise<AcceptLanes> {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: width, pipelining: 1 });
  const sent = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/x-ndjson' };
  const post = async (body: Buffer) => {
    const answer = await pool.request({ method: 'POST', path: '/v1/messages/batch', headers: sent, body });
    const text = await answer.body.text();
    if (answer.statusCode !== 202 || text.includes('"problem"')) throw new Error(`HTTP ${answer.statusCode}`);
  };
  return { lanes: Array.from({ length: width }, () => post), close: () => pool.destroy() };
}

const methodOf = (name: string): RpcMethod => {
  const method = loadRpcCatalog().find((m) => m.service === 'MessagingService' && m.method === name);
  if (method === undefined) throw new Error(`the protos have no ${name}`);
  return method;
};

/** A unary request: one message, or BatchSend of all. */
export function grpcRequest(name: 'Send' | 'BatchSend'): Prepare {
  const codec = codecOf(methodOf(name).request);
  return (messages) => codec.encode(name === 'Send' ? { ...messages[0] } : { messages });
}

/** The messages of a stream, each behind its length, so that they fit into one buffer. */
export function grpcStream(): Prepare {
  const codec = codecOf(methodOf('StreamSend').request);
  return (messages) =>
    Buffer.concat(
      messages.flatMap((message) => {
        const bytes = codec.encode({ ...message });
        const length = Buffer.alloc(4);
        length.writeUInt32BE(bytes.length);
        return [length, bytes];
      }),
    );
}

const same = (bytes: Buffer) => bytes;

/** One client of grpc-js, which is one connection; `name` says how its requests are to be understood. */
export async function grpcLanes(
  port: number,
  width: number,
  name: 'Send' | 'BatchSend' | 'StreamSend',
): Promise<AcceptLanes> {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const { path } = methodOf(name);
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${API_KEY}`);
  const unary = (request: Buffer) =>
    new Promise<void>((resolve, reject) => {
      client.makeUnaryRequest(path, same, same, request, metadata, (error) => (error ? reject(error) : resolve()));
    });
  const stream = (request: Buffer) =>
    new Promise<void>((resolve, reject) => {
      const call = client.makeClientStreamRequest(path, same, same, metadata, (error) =>
        error ? reject(error) : resolve(),
      );
      for (let at = 0; at < request.length; ) {
        const end = at + 4 + request.readUInt32BE(at);
        call.write(request.subarray(at + 4, end));
        at = end;
      }
      call.end();
    });
  return {
    lanes: Array.from({ length: width }, () => (name === 'StreamSend' ? stream : unary)),
    close: async () => client.close(),
  };
}

/** The body of a request on NATS. */
export const natsRequest: Prepare = (messages) =>
  Buffer.from(JSON.stringify(messages.length === 1 ? messages[0] : { messages }));

/** Requests over one connection to NATS. */
export async function natsLanes(connection: NatsConnection, width: number, method: string): Promise<AcceptLanes> {
  const sent = credentialsOf();
  const request = async (body: Buffer) => {
    const answer = await connection.request(`wa.rpc.v1.messaging.${method}`, body, { headers: sent, timeout: 30_000 });
    const error = answer.headers?.get('Nats-Service-Error') ?? '';
    if (error !== '') throw new Error(error);
  };
  return { lanes: Array.from({ length: width }, () => request), close: async () => undefined };
}

/** Durable commands: answered when the stream has them. When they are messages is for the caller to find out. */
export async function commandLanes(connection: NatsConnection, width: number): Promise<AcceptLanes> {
  const sent = credentialsOf();
  const client = jetstream(connection);
  const subject = commandSubject({ businessId: BUSINESS_ID, command: 'messages.send' });
  const publish = async (body: Buffer) =>
    void (await client.publish(subject, body, { headers: sent, timeout: 30_000 }));
  return { lanes: Array.from({ length: width }, () => publish), close: async () => undefined };
}

function credentialsOf(): MsgHdrs {
  const own = headers();
  own.set('Authorization', `Bearer ${API_KEY}`);
  return own;
}
