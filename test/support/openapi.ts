import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Answer } from './api-client.js';

interface Operation {
  readonly operationId: string;
  readonly security?: readonly object[];
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, object>> }>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Record<string, Record<string, unknown>> };
}

/** What the document says of one operation. */
export interface DocumentedOperation {
  readonly id: string;
  readonly method: string;
  /** With its parameters in braces. */
  readonly path: string;
  readonly needsKey: boolean;
}

const FORMATS = {
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
};

/** The OpenAPI document that a gateway serves, as the judge of that gateway's answers. */
export class OpenApi {
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true, formats: FORMATS });
  private readonly compiled = new Map<string, ValidateFunction>();

  constructor(private readonly document: Document) {
    // Fields that the document does not know are a fault of the document: callers would come to rely on them.
    for (const schema of Object.values(document.components.schemas)) {
      if (schema.properties !== undefined) schema.additionalProperties ??= false;
    }
    this.ajv.addSchema(document, 'openapi');
  }

  /** Every operation of the document. */
  operations(): DocumentedOperation[] {
    return Object.entries(this.document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({
        id: operation.operationId,
        method: method.toUpperCase(),
        path,
        needsKey: (operation.security ?? []).length > 0,
      })),
    );
  }

  /** What is wrong with an answer by the document: nothing, in the best case. */
  faults(operationId: string, answer: Answer): string[] {
    const operation = this.operations().find((o) => o.id === operationId);
    if (operation === undefined) return [`${operationId} is not documented`];
    const { path, method } = operation;
    const documented = this.document.paths[path]?.[method.toLowerCase()]?.responses[String(answer.status)];
    if (documented === undefined) return [`${answer.status} is not documented for ${operationId}`];
    const type = String(answer.headers['content-type']).split(';')[0] ?? '';
    if (documented.content === undefined) return [];
    if (documented.content[type] === undefined)
      return [`${answer.status} as ${type} is not documented for ${operationId}`];
    const place = ['paths', path, method.toLowerCase(), 'responses', String(answer.status), 'content', type, 'schema'];
    const validate = this.validator(`openapi#/${place.map(pointerPart).join('/')}`);
    return validate(answer.body)
      ? []
      : (validate.errors ?? []).map((e) => `${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`);
  }

  private validator(ref: string): ValidateFunction {
    const known = this.compiled.get(ref) ?? this.ajv.compile({ $ref: ref });
    this.compiled.set(ref, known);
    return known;
  }
}

function pointerPart(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
}
