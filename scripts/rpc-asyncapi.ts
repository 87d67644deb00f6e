import protobuf from 'protobufjs';
import { GATEWAY_ERRORS } from '../src/core/gateway-error.js';
import type { RpcMethod } from '../src/platform/transport/rpc-catalog.js';

type Json = Readonly<Record<string, unknown>>;

/** A method that NATS serves. */
type Served = RpcMethod & { readonly subject: string };

const ref = (kind: 'messages' | 'schemas' | 'messageTraits', name: string) => ({
  $ref: `#/components/${kind}/${name}`,
});

/**
 * The AsyncAPI document of request and reply on NATS, made of the protos: their JSON form is what travels, and their
 * comments say what it means. `test/contract/wires.contract.spec.ts` holds it to what a gateway serves and answers.
 */
export function rpcAsyncApi(methods: readonly RpcMethod[]): Json {
  const served = methods.filter((m): m is Served => m.subject !== null);
  return {
    asyncapi: '3.0.0',
    id: 'urn:heliograph:rpc',
    info: INFO,
    defaultContentType: 'application/json',
    servers: {
      bus: {
        host: 'nats.example.com:4222',
        protocol: 'nats',
        description: 'The address is that of your operator (`NATS_URL`).',
        security: [{ $ref: '#/components/securitySchemes/bus' }],
      },
    },
    channels: Object.fromEntries(served.flatMap(channelsOf)),
    operations: Object.fromEntries(served.map(operationOf)),
    components: {
      securitySchemes: { bus: { type: 'userPassword', description: 'As the operator’s NATS asks.' } },
      messageTraits: TRAITS,
      messages: { ...Object.fromEntries(served.flatMap(messagesOf)), problem: PROBLEM },
      schemas: new Schemas().of(served),
    },
  };
}

const INFO = {
  title: 'Heliograph requests',
  version: '1',
  description: [
    'Request and reply on NATS: the operations of REST (`openapi.json`) and gRPC (the protos), with the same fields,',
    'rules, errors and idempotency. Plain JSON both ways; an empty body stands for no fields. Which fields a request',
    'must have, and their limits, `openapi.json` says; a refusal names every one that breaks a rule.',
    '',
    '- A request is answered to its reply subject, always: a malformed one too. One without a reply subject is dropped.',
    '- An error has the headers `Nats-Service-Error` and `Nats-Service-Error-Code`, and a problem document as its body.',
    '- Replicas share the requests. `$SRV.PING`, `$SRV.INFO` and `$SRV.STATS` find them (NATS ADR-32).',
    '- What a description calls absent is null, or absent.',
    '- New fields may come without a new version; callers ignore what they do not know.',
  ].join('\n'),
  license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
};

const AUTHORIZATION = { type: 'string', description: '`Bearer` and an API key with the scope of the method.' };
const KEY = { type: 'string', description: 'The idempotency key, 1 to 255 printable ASCII characters without blanks.' };

const TRAITS = {
  call: { headers: { type: 'object', required: ['Authorization'], properties: { Authorization: AUTHORIZATION } } },
  callWithKey: {
    headers: {
      type: 'object',
      required: ['Authorization'],
      properties: { Authorization: AUTHORIZATION, 'Nats-Msg-Id': KEY },
    },
  },
};

const PROBLEM = {
  name: 'problem',
  title: 'Why it was not done',
  contentType: 'application/problem+json',
  headers: {
    type: 'object',
    required: ['Nats-Service-Error', 'Nats-Service-Error-Code'],
    properties: {
      'Nats-Service-Error': { type: 'string', description: 'The `detail` of the problem, in ASCII.' },
      'Nats-Service-Error-Code': { type: 'string', description: 'The `status` of the problem.' },
    },
  },
  payload: ref('schemas', 'Problem'),
};

/** `MessagingService.BatchSend` is `messagingBatchSend`. */
function nameOf({ service, method }: RpcMethod): string {
  const name = service.replace(/Service$/, '');
  return `${name[0]?.toLowerCase()}${name.slice(1)}${method}`;
}

function channelsOf(method: Served): [string, Json][] {
  const [name, servers] = [nameOf(method), [{ $ref: '#/servers/bus' }]];
  const { summary } = told(method.comment);
  const request = {
    address: method.subject,
    title: summary,
    servers,
    messages: { request: ref('messages', `${name}Request`) },
  };
  const answers = { answer: ref('messages', `${name}Answer`), problem: ref('messages', 'problem') };
  return [
    [name, request],
    // Its address is the reply subject of each request.
    [`${name}Reply`, { title: `Reply: ${summary}`, servers, messages: answers }],
  ];
}

function operationOf(method: Served): [string, Json] {
  const name = nameOf(method);
  const operation = {
    action: 'receive',
    ...told(method.comment),
    security: [{ $ref: '#/components/securitySchemes/bus' }],
    channel: { $ref: `#/channels/${name}` },
    reply: { channel: { $ref: `#/channels/${name}Reply` } },
  };
  return [name, operation];
}

function messagesOf(method: Served): [string, Json][] {
  const name = nameOf(method);
  const trait = 'request_id' in method.request.fields ? 'callWithKey' : 'call';
  const request = {
    name: `${method.subject}.request`,
    title: `${method.service}.${method.method}`,
    traits: [ref('messageTraits', trait)],
    payload: ref('schemas', method.request.name),
  };
  const answer = {
    name: `${method.subject}.answer`,
    title: `The answer to ${method.service}.${method.method}`,
    payload: ref('schemas', method.response.name),
  };
  return [
    [`${name}Request`, request],
    [`${name}Answer`, answer],
  ];
}

/** The first sentence, and what follows it. */
function told(comment: string): { summary: string; description?: string } {
  const at = comment.indexOf('. ');
  const [summary, rest] = at < 0 ? [comment, ''] : [comment.slice(0, at), comment.slice(at + 2)];
  return { summary: summary.replace(/\.$/, ''), ...(rest === '' ? {} : { description: rest }) };
}

const SCALARS: Readonly<Record<string, Json>> = {
  string: { type: 'string' },
  bool: { type: 'boolean' },
  int32: { type: 'integer' },
  uint32: { type: 'integer', minimum: 0 },
  double: { type: 'number' },
};

/** What is answered in part sometimes: with `validate_only`, a message has a `state` alone. */
const IN_PART = new Set(['Message']);

/** JSON schemas of the types that some messages are made of. */
class Schemas {
  private readonly made = new Map<string, Json>();

  of(methods: readonly RpcMethod[]): Json {
    for (const { request } of methods) this.add(request, 'request');
    for (const { response } of methods) this.add(response, 'answer');
    const problem = methods[0]?.request.root.lookupType('heliograph.v1.Problem');
    if (problem !== undefined) this.add(problem, 'answer');
    return Object.fromEntries([...this.made].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  private add(type: protobuf.Type, role: 'request' | 'answer'): void {
    if (this.made.has(type.name)) return;
    // A type may hold itself.
    this.made.set(type.name, {});
    const fields = type.fieldsArray.filter((field) => field.name !== 'request_id');
    const properties = Object.fromEntries(fields.map((field) => [field.name, this.fieldOf(field, role)]));
    // In an answer, what the protos always have is always there. What a request must have is its DTO's to say.
    const isWhole = role === 'answer' && !IN_PART.has(type.name);
    const required = isWhole ? fields.filter(isAlwaysThere).map((field) => field.name) : [];
    this.made.set(type.name, {
      type: 'object',
      ...(type.comment === null ? {} : { description: oneLine(type.comment) }),
      ...(required.length === 0 ? {} : { required }),
      properties,
    });
  }

  private fieldOf(field: protobuf.Field, role: 'request' | 'answer'): Json {
    const description = field.comment === null ? {} : { description: oneLine(field.comment) };
    const words =
      field.parent?.name === 'Problem' && field.name === 'code' ? { enum: Object.keys(GATEWAY_ERRORS) } : {};
    if (field.repeated) {
      // For protobuf an empty list is nothing; JSON may say null, where it is not known.
      return { ...description, type: role === 'answer' ? ['array', 'null'] : 'array', items: this.itemOf(field, role) };
    }
    const schema = { ...this.typeOf(field, role), ...words };
    return { ...description, ...(isAlwaysThere(field) ? schema : orNull(schema)) };
  }

  /** The `request_id` of a message among many is its `idempotency_key` in JSON. */
  private itemOf(field: protobuf.Field, role: 'request' | 'answer'): Json {
    const schema = this.typeOf(field, role);
    const hasKey = field.resolvedType instanceof protobuf.Type && 'request_id' in field.resolvedType.fields;
    return hasKey ? { allOf: [schema, { type: 'object', properties: { idempotency_key: KEY } }] } : schema;
  }

  private typeOf(field: protobuf.Field, role: 'request' | 'answer'): Json {
    const type = field.resolvedType;
    if (!(type instanceof protobuf.Type)) return SCALARS[field.type] ?? {};
    if (type.fullName === '.google.protobuf.Struct') return { type: 'object' };
    if (type.fullName === '.google.protobuf.Value') return { type: ['number', 'string'] };
    this.add(type, role);
    return ref('schemas', type.name);
  }
}

/** A scalar without `optional` always has a value. */
function isAlwaysThere(field: protobuf.Field): boolean {
  return !field.repeated && !(field.resolvedType instanceof protobuf.Type) && field.options?.proto3_optional !== true;
}

function orNull(schema: Json): Json {
  if ('$ref' in schema) return { oneOf: [schema, { type: 'null' }] };
  return { ...schema, type: [schema.type, 'null'].flat() };
}

function oneLine(comment: string): string {
  return comment.replace(/\s+/g, ' ').trim();
}
