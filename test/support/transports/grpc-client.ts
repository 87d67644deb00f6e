import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import { LUCKY } from '../accounts.js';
import { stopAtEnd } from '../cleanup.js';
import { type CallOptions, metaOf, type Outcome, type OutcomeField } from './outcome.js';
import { fromBytes, toBytes } from './proto-json.js';
import type { ProtoMethod } from './protos.js';

/** google/rpc as a client has it from its own library. */
const { root: RPC } = protobuf.parse(
  `syntax = "proto3";
   package google.rpc;
   message Any { string type_url = 1; bytes value = 2; }
   message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
   message ErrorInfo { string reason = 1; string domain = 2; map<string, string> metadata = 3; }
   message Duration { int64 seconds = 1; int32 nanos = 2; }
   message RetryInfo { Duration retry_delay = 1; }
   message BadRequest { repeated FieldViolation field_violations = 1; }
   message FieldViolation { string field = 1; string description = 2; }`,
  { keepCase: true },
);

/** A gRPC client of one gateway. */
export class GrpcWire {
  readonly name = 'gRPC';
  readonly client: Client;

  constructor(readonly port: number) {
    this.client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    stopAtEnd('a gRPC client', async () => this.client.close());
  }

  /** Calls a method. Rejects with Unsayable for data that the protos have no form for. */
  async call(method: ProtoMethod, data: object, options: CallOptions = {}): Promise<Outcome> {
    const { idempotencyKey } = options;
    const request = idempotencyKey === undefined ? data : { ...data, request_id: idempotencyKey };
    return this.callBytes(method, toBytes(method.request, request), options);
  }

  /** Calls a method with bytes of any kind. */
  callBytes(method: ProtoMethod, bytes: Buffer, options: CallOptions = {}): Promise<Outcome> {
    return new Promise((resolve) => {
      this.client.makeUnaryRequest<Buffer, Outcome>(
        method.path,
        (request) => request,
        (answer) => ({ ok: true, value: fromBytes(method.response, answer) }),
        bytes,
        grpcMetadata(options),
        { deadline: Date.now() + 20_000 },
        (error, outcome) => resolve(error === null ? (outcome as Outcome) : refusalOf(error)),
      );
    });
  }
}

/** The metadata of a call. */
export function grpcMetadata({ key = LUCKY.keys.all, authorization }: CallOptions): Metadata {
  const metadata = new Metadata();
  const credential = authorization ?? (key === null ? undefined : `Bearer ${key}`);
  if (credential !== undefined) metadata.set('authorization', credential);
  return metadata;
}

/** What a client reads from an error: the details of google.rpc.Status, or the bare status when there are none. */
export function refusalOf(error: ServiceError): Outcome {
  const [bytes] = error.metadata.get('grpc-status-details-bin');
  if (!Buffer.isBuffer(bytes))
    return { ok: false, code: `bare ${status[error.code]}`, detail: error.details, fields: [] };
  const told = decode<{ code: number; message: string; details: { type_url: string; value: Buffer }[] }>(
    'Status',
    bytes,
  );
  if (told.code !== error.code) throw new Error(`the details say ${told.code}, the status ${error.code}`);
  const part = <T extends object>(name: string): T | null => {
    const found = told.details.find((d) => d.type_url === `type.googleapis.com/google.rpc.${name}`);
    return found === undefined ? null : decode<T>(name, found.value);
  };
  const violations = part<{ field_violations: { field: string; description: string }[] }>('BadRequest');
  const delay = part<{ retry_delay: { seconds: string; nanos?: number } }>('RetryInfo')?.retry_delay;
  const info = part<{ reason: string; metadata?: Record<string, string> }>('ErrorInfo');
  return {
    ok: false,
    code: info?.reason ?? 'none',
    detail: told.message,
    fields: (violations?.field_violations ?? []).map(
      ({ field, description }): OutcomeField => ({ pointer: toPointer(field), detail: description }),
    ),
    ...(delay === undefined ? {} : { retryAfterMs: Number(delay.seconds) * 1000 + (delay.nanos ?? 0) / 1e6 }),
    ...metaOf(info?.metadata?.meta_code === undefined ? undefined : fromInfo(info.metadata)),
  };
}

/** What Meta said, as ErrorInfo has it: everything a text. */
function fromInfo(metadata: Readonly<Record<string, string>>): object {
  const isNumber = (name: string) => name === 'code' || name === 'subcode';
  const entries = Object.entries(metadata).map(([key, text]) => [key.replace(/^meta_/, ''), text] as const);
  return Object.fromEntries(entries.map(([name, text]) => [name, isNumber(name) ? Number(text) : text]));
}

function toPointer(field: string): string {
  return field === '' ? '' : `/${field.replaceAll('[', '.').replaceAll(']', '').replaceAll('.', '/')}`;
}

function decode<T>(name: string, bytes: Uint8Array): T {
  const type = RPC.lookupType(`google.rpc.${name}`);
  return type.toObject(type.decode(bytes), { longs: String, arrays: true }) as T;
}
