import protobuf from 'protobufjs';

/** A JSON value that the protos have no form for: another type, null, an empty list, or a field that they do not know. */
export class Unsayable extends Error {
  constructor(readonly pointer: string) {
    super(`the protos cannot say ${pointer}`);
  }
}

type Json = Record<string, unknown>;

/** The bytes of a JSON value, as a client with generated classes would send them. Throws Unsayable. */
export function toBytes(type: protobuf.Type, value: object): Buffer {
  return Buffer.from(type.encode(sayMessage(type, value, '')).finish());
}

/** The JSON value of bytes: absent fields are absent, whatever is repeated is a list. */
export function fromBytes(type: protobuf.Type, bytes: Uint8Array): Json {
  return hear(type, type.decode(bytes) as unknown as Json) as Json;
}

function sayMessage(type: protobuf.Type, value: unknown, at: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Unsayable(at);
  if (type.fullName === '.google.protobuf.Struct') return sayStruct(value);
  const out: Json = {};
  for (const [key, child] of Object.entries(value)) {
    if (child === undefined) continue;
    // Absent is the only nothing that protobuf knows, and JSON knows three.
    if (child === null || (Array.isArray(child) && child.length === 0)) throw new Unsayable(`${at}/${key}`);
    const field = Object.hasOwn(type.fields, key) ? type.fields[key] : undefined;
    if (field === undefined) throw new Unsayable(`${at}/${key}`);
    out[key] = sayField(field, child, `${at}/${key}`);
  }
  return out;
}

function sayField(field: protobuf.Field, value: unknown, at: string): unknown {
  if (!field.repeated) return sayOne(field, value, at);
  if (!Array.isArray(value)) throw new Unsayable(at);
  return value.map((item, i) => sayOne(field, item, `${at}/${i}`));
}

function sayOne(field: protobuf.Field, value: unknown, at: string): unknown {
  const { resolvedType } = field;
  if (resolvedType instanceof protobuf.Type) {
    return resolvedType.fullName === '.google.protobuf.Value' ? sayValue(value) : sayMessage(resolvedType, value, at);
  }
  if (!SCALARS[field.type]?.(value)) throw new Unsayable(at);
  return value;
}

const SCALARS: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string' && value.isWellFormed(),
  bool: (value) => typeof value === 'boolean',
  int32: (value) => Number.isInteger(value) && Math.abs(value as number) < 2 ** 31,
  int64: (value) => Number.isSafeInteger(value),
  double: (value) => typeof value === 'number',
  // As text in base64; what is none is refused by the encoder.
  bytes: (value) => typeof value === 'string',
};

function sayStruct(value: object): Json {
  return { fields: Object.fromEntries(Object.entries(value).map(([key, child]) => [key, sayValue(child)])) };
}

function sayValue(value: unknown): Json {
  if (Array.isArray(value)) return { listValue: { values: value.map(sayValue) } };
  if (typeof value === 'object' && value !== null) return { structValue: sayStruct(value) };
  return value === null || value === undefined ? { nullValue: 0 } : { [`${typeof value}Value`]: value };
}

function hear(type: protobuf.Type, message: Json): unknown {
  if (type.fullName === '.google.protobuf.Struct') return hearStruct(message);
  if (type.fullName === '.google.protobuf.Value') return hearValue(message);
  const out: Json = {};
  for (const field of type.fieldsArray) {
    const isSet = Object.hasOwn(message, field.name);
    if (!isSet && !field.repeated) continue;
    const { resolvedType } = field;
    const one = (child: unknown) => (resolvedType instanceof protobuf.Type ? hear(resolvedType, child as Json) : child);
    const value = message[field.name];
    out[field.name] = field.repeated ? ((value ?? []) as unknown[]).map(one) : one(value);
  }
  return out;
}

function hearStruct(struct: Json): Json {
  const fields = (struct.fields ?? {}) as Record<string, Json>;
  return Object.fromEntries(Object.entries(fields).map(([key, child]) => [key, hearValue(child)]));
}

function hearValue(value: Json): unknown {
  if (value.structValue !== undefined && value.structValue !== null) return hearStruct(value.structValue as Json);
  if (value.listValue !== undefined && value.listValue !== null) {
    return ((value.listValue as { values?: Json[] }).values ?? []).map(hearValue);
  }
  const { kind } = value as { kind?: string };
  return kind === undefined || kind === 'nullValue' ? null : value[kind];
}
