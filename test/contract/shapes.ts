import protobuf from 'protobufjs';
import type { ProtoMethod } from '../support/transports/protos.js';

/** A schema of the OpenAPI document, as far as it names fields. */
export interface FieldSchema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly items?: FieldSchema;
  readonly allOf?: readonly FieldSchema[];
  readonly anyOf?: readonly FieldSchema[];
  readonly oneOf?: readonly FieldSchema[];
}

interface Body {
  readonly content?: Readonly<Record<string, { readonly schema?: FieldSchema }>>;
}

/** What the document says of an operation's fields. */
export interface OperationFields {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema?: FieldSchema }[];
  readonly requestBody?: Body;
  readonly responses: Readonly<Record<string, Body>>;
}

/** The OpenAPI document. */
export interface FieldDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationFields>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, FieldSchema>> };
}

/** The idempotency key is a header on REST and NATS, a field of each message of a batch, and `request_id` on gRPC. */
const NAMES_OF_KEY = new Set(['request_id', 'idempotency_key']);

/**
 * The fields of an operation that callers of gRPC cannot say or see: none, at best. The other way round is no gap: the
 * protos are more precise where the document has an open object, and one type serves the files of all kinds.
 */
export function shapeGaps(document: FieldDocument, operation: OperationFields, method: ProtoMethod): string[] {
  const schemas = new Schemas(document);
  const parameters = (operation.parameters ?? []).filter((p) => p.in === 'path' || p.in === 'query');
  const named = { properties: Object.fromEntries(parameters.map((p) => [p.name, p.schema ?? {}])) };
  const answers = Object.entries(operation.responses).filter(([status]) => status.startsWith('2'));
  return [
    ...schemas.gaps([named, ...jsonOf(operation.requestBody)], [method.request], `${method.name} request`),
    ...schemas.gaps(
      answers.flatMap(([, body]) => jsonOf(body)),
      [method.response],
      `${method.name} response`,
    ),
  ];
}

function jsonOf(body: Body | undefined): FieldSchema[] {
  const schema = body?.content?.['application/json']?.schema;
  return schema === undefined ? [] : [schema];
}

class Schemas {
  constructor(private readonly document: FieldDocument) {}

  /** Compares by name, all the way down. `types`: the one in question, and those that it is within. */
  gaps(schemas: readonly FieldSchema[], types: readonly [protobuf.Type, ...protobuf.Type[]], at: string): string[] {
    const [type, ...around] = types;
    // Struct and Value take any JSON; a type within itself has been looked at.
    if (type.fullName.startsWith('.google.protobuf.') || around.includes(type)) return [];
    return [...this.fieldsOf(schemas)].flatMap(([name, inner]) => {
      if (NAMES_OF_KEY.has(name)) return [];
      const field = type.fields[name];
      if (field === undefined) return [`${at}: no ${name}`];
      const next = field.resolvedType;
      return next instanceof protobuf.Type ? this.gaps(inner, [next, ...types], `${at}/${name}`) : [];
    });
  }

  /** Every field that some variant of the schemas names, with the schemas that it has there. */
  private fieldsOf(schemas: readonly FieldSchema[]): Map<string, FieldSchema[]> {
    const fields = new Map<string, FieldSchema[]>();
    for (const schema of schemas.flatMap((one) => this.variantsOf(one))) {
      for (const [name, child] of Object.entries(schema.properties ?? {})) {
        fields.set(name, [...(fields.get(name) ?? []), child]);
      }
    }
    return fields;
  }

  private variantsOf(schema: FieldSchema): FieldSchema[] {
    const referred = schema.$ref === undefined ? undefined : this.document.components.schemas[nameOf(schema.$ref)];
    const parts = [referred, schema.items, ...(schema.allOf ?? []), ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
    return [schema, ...parts.flatMap((part) => (part === undefined ? [] : this.variantsOf(part)))];
  }
}

function nameOf(ref: string): string {
  return ref.slice(ref.lastIndexOf('/') + 1);
}
