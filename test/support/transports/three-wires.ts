import { TestNats } from '../nats.js';
import { type Stack, type StackOptions, startStack } from '../stack.js';
import { GrpcWire } from './grpc-client.js';
import { HttpWire, type Route } from './http-client.js';
import { NatsWire } from './nats-client.js';
import type { CallOptions, Outcome } from './outcome.js';
import { Unsayable } from './proto-json.js';
import { type ProtoMethod, protoMethods } from './protos.js';

/** One gateway as its callers see it over every wire. */
export class ThreeWires {
  readonly methods = new Map(protoMethods().map((method) => [method.name, method]));

  private constructor(
    readonly stack: Stack,
    readonly nats: TestNats,
    readonly http: HttpWire,
    readonly grpcWire: GrpcWire,
    readonly natsWire: NatsWire,
  ) {}

  /** Starts a stack with a NATS server. Everything is stopped at the end of the file. */
  static async start(options: StackOptions = {}): Promise<ThreeWires> {
    const nats = await TestNats.start();
    const stack = await startStack({ ...options, settings: { NATS_URL: nats.url, ...options.settings } });
    const [gateway] = stack.gateways;
    const grpc = new GrpcWire(gateway?.grpcPort ?? 0);
    return new ThreeWires(stack, nats, new HttpWire(stack.api), grpc, await NatsWire.connect(nats.url));
  }

  /** A method of the protos by its name, `MessagingService.Send`. */
  method(name: string): ProtoMethod {
    const method = this.methods.get(name);
    if (method === undefined) throw new Error(`the protos have no ${name}`);
    return method;
  }

  /**
   * Calls an operation on each wire, one after the other. gRPC is null where the protos cannot even say it. `options`
   * may differ from wire to wire, so that each can have an idempotency key of its own.
   */
  async callAll(
    { name, route }: { readonly name: string; readonly route: Route },
    dataOf: () => object,
    optionsOf: (wire: string) => CallOptions = () => ({}),
  ): Promise<{ http: Outcome; grpc: Outcome | null; nats: Outcome }> {
    const method = this.method(name);
    return {
      http: await this.http.call(route, dataOf(), optionsOf('http')),
      grpc: await this.grpcWire.call(method, dataOf(), optionsOf('grpc')).catch(nullIfUnsayable),
      nats: await this.natsWire.call(method, dataOf(), optionsOf('nats')),
    };
  }
}

function nullIfUnsayable(error: unknown): null {
  if (error instanceof Unsayable) return null;
  throw error;
}
