import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';

interface Ref {
  readonly $ref: string;
}

interface Document {
  readonly channels: Readonly<
    Record<string, { readonly address?: string; readonly messages: Readonly<Record<string, Ref>> }>
  >;
  readonly operations: Readonly<Record<string, { readonly channel: Ref; readonly reply: { readonly channel: Ref } }>>;
  readonly components: {
    readonly messages: Readonly<Record<string, { readonly payload: Ref; readonly headers?: object }>>;
    readonly schemas: Record<string, { properties?: object; additionalProperties?: boolean }>;
  };
}

/** The AsyncAPI document of requests on NATS, as the judge of what a gateway answers there. */
export class RpcDocument {
  private readonly document: Document;
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true });

  constructor() {
    const file = path.resolve(import.meta.dirname, '../../docs/asyncapi-rpc.yaml');
    this.document = parse(readFileSync(file, 'utf8')) as Document;
    // What is answered and not described is a fault of the document.
    for (const schema of Object.values(this.document.components.schemas)) {
      if (schema.properties !== undefined) schema.additionalProperties ??= false;
    }
    this.ajv.addSchema({ $id: 'rpc', components: this.document.components });
  }

  /** Where it says that requests are taken, sorted. */
  addresses(): string[] {
    return Object.values(this.document.operations)
      .map(({ channel }) => this.channel(channel).address ?? 'none')
      .sort();
  }

  /** What is wrong with an answer on a subject: nothing, at best. */
  faultsOfAnswer(subject: string, value: unknown): string[] {
    const operation = Object.values(this.document.operations).find(
      ({ channel }) => this.channel(channel).address === subject,
    );
    const answer = operation === undefined ? undefined : this.channel(operation.reply.channel).messages.answer;
    return answer === undefined ? [`${subject} is not described`] : this.faults(`${answer.$ref}/payload`, value);
  }

  /** What is wrong with a refusal. */
  faultsOfRefusal(headers: object, body: unknown): string[] {
    const problem = '#/components/messages/problem';
    return [...this.faults(`${problem}/headers`, headers), ...this.faults(`${problem}/payload`, body)];
  }

  private channel({ $ref }: Ref): Document['channels'][string] {
    const channel = this.document.channels[$ref.slice('#/channels/'.length)];
    if (channel === undefined) throw new Error(`the document has no ${$ref}`);
    return channel;
  }

  private faults(pointer: string, value: unknown): string[] {
    const validate = this.ajv.compile({ $ref: `rpc${pointer}` });
    return validate(value)
      ? []
      : (validate.errors ?? []).map((e) => `${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`);
  }
}
