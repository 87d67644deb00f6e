import protobuf from 'protobufjs';

type Json = Record<string, unknown>;
type Convert = (value: unknown) => unknown;

/** Turns messages of one type into plain JSON values and back. */
export interface JsonCodec {
  /** Fields that were on the wire, under their own names. Throws for bytes that are not such a message. */
  decode(bytes: Uint8Array): Json;
  /** Null and undefined are left out; a field that the type does not have is too. */
  encode(value: Json): Buffer;
}

const codecs = new WeakMap<protobuf.Type, JsonCodec>();

/**
 * The codec of a type. The JSON form is ours on every wire: names as in the proto, words and instants as text, 64-bit
 * integers as text, and google.protobuf.Struct, Value and ListValue as the JSON that they stand for.
 */
export function codecOf(type: protobuf.Type): JsonCodec {
  const known = codecs.get(type);
  if (known !== undefined) return known;
  const [toJson, fromJson] = [reader(type), writer(type)];
  const codec: JsonCodec = {
    decode: (bytes) => toJson(type.decode(bytes)) as Json,
    encode: (value) => Buffer.from(type.encode(fromJson(value) as Json).finish()),
  };
  codecs.set(type, codec);
  return codec;
}

const readers = new Map<protobuf.Type, Convert>();
const writers = new Map<protobuf.Type, Convert>();

function reader(type: protobuf.Type): Convert {
  const wellKnown = FROM_WELL_KNOWN[type.fullName];
  if (wellKnown !== undefined) return wellKnown;
  return converter(type, readers, wasOnTheWire, reader);
}

/** An empty list has no form on the wire, and protobufjs makes one for every field that could be a list. */
function wasOnTheWire(message: Json, field: protobuf.Field): boolean {
  if (!Object.hasOwn(message, field.name)) return false;
  return !field.repeated || (message[field.name] as unknown[]).length > 0;
}

function writer(type: protobuf.Type): Convert {
  const wellKnown = TO_WELL_KNOWN[type.fullName];
  if (wellKnown !== undefined) return wellKnown;
  return converter(
    type,
    writers,
    (value, field) => value[field.name] !== null && value[field.name] !== undefined,
    writer,
  );
}

/** Walks the fields of a type once, so that each message costs no more than its own fields. */
function converter(
  type: protobuf.Type,
  made: Map<protobuf.Type, Convert>,
  isSet: (value: Json, field: protobuf.Field) => boolean,
  ofType: (type: protobuf.Type) => Convert,
): Convert {
  const known = made.get(type);
  if (known !== undefined) return known;
  const plan: { field: protobuf.Field; convert: Convert }[] = [];
  const convert: Convert = (value) => {
    const out: Json = {};
    for (const { field, convert: one } of plan) {
      if (isSet(value as Json, field)) out[field.name] = one((value as Json)[field.name]);
    }
    return out;
  };
  // A type may hold itself: it has to be known before its fields are looked at.
  made.set(type, convert);
  for (const field of type.fieldsArray) {
    const single = field.resolvedType instanceof protobuf.Type ? ofType(field.resolvedType) : scalar;
    plan.push({ field, convert: field.repeated ? (list) => (list as unknown[]).map(single) : single });
  }
  return convert;
}

/** Of the scalars, only what protobufjs makes of 64 bits is an object that is not bytes. */
const scalar: Convert = (value) =>
  typeof value === 'object' && !(value instanceof Uint8Array) ? String(value) : value;

interface ValueMessage {
  readonly kind?: string;
  readonly numberValue?: number;
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly structValue?: { fields?: Readonly<Record<string, ValueMessage>> };
  readonly listValue?: { values?: readonly ValueMessage[] };
}

function fromValue(value: ValueMessage): unknown {
  switch (value.kind) {
    case 'numberValue':
      return value.numberValue;
    case 'stringValue':
      return value.stringValue;
    case 'boolValue':
      return value.boolValue;
    case 'structValue':
      return fromStruct(value.structValue ?? {});
    case 'listValue':
      return fromList(value.listValue ?? {});
    default:
      return null;
  }
}

/** `fromEntries` defines its keys, so that one named `__proto__` is a field like any other. */
function fromStruct(struct: { fields?: Readonly<Record<string, ValueMessage>> }): Json {
  return Object.fromEntries(Object.entries(struct.fields ?? {}).map(([key, value]) => [key, fromValue(value)]));
}

function fromList(list: { values?: readonly ValueMessage[] }): unknown[] {
  return (list.values ?? []).map(fromValue);
}

function toValue(value: unknown): object {
  if (typeof value === 'number') return { numberValue: value };
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (Array.isArray(value)) return { listValue: toList(value) };
  if (typeof value === 'object' && value !== null) return { structValue: toStruct(value) };
  return { nullValue: 0 };
}

function toStruct(value: object): object {
  const entries = Object.entries(value).filter(([, child]) => child !== undefined);
  return { fields: Object.fromEntries(entries.map(([key, child]) => [key, toValue(child)])) };
}

function toList(values: readonly unknown[]): object {
  return { values: values.map(toValue) };
}

const FROM_WELL_KNOWN: Readonly<Record<string, Convert>> = {
  '.google.protobuf.Struct': (value) => fromStruct(value as object),
  '.google.protobuf.Value': (value) => fromValue(value as ValueMessage),
  '.google.protobuf.ListValue': (value) => fromList(value as object),
};

const TO_WELL_KNOWN: Readonly<Record<string, Convert>> = {
  '.google.protobuf.Struct': (value) => toStruct(value as object),
  '.google.protobuf.Value': toValue,
  '.google.protobuf.ListValue': (value) => toList(value as unknown[]),
};
