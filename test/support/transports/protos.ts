import { readdirSync } from 'node:fs';
import path from 'node:path';
import protobuf from 'protobufjs';

/** The contracts folder as a caller gets it. */
export const CONTRACTS = path.resolve(import.meta.dirname, '../../../src/contracts');

/** A method as the protos have it, read without any code of the gateway's. */
export interface ProtoMethod {
  /** `MessagingService.Send` */
  readonly name: string;
  readonly path: string;
  readonly subject: string;
  readonly streams: boolean;
  readonly request: protobuf.Type;
  readonly response: protobuf.Type;
}

/** Every method of every service of the protos. */
export function protoMethods(): ProtoMethod[] {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => path.join(CONTRACTS, target);
  const files = readdirSync(path.join(CONTRACTS, 'heliograph/v1')).filter((name) => name.endsWith('.proto'));
  root.loadSync(
    files.map((name) => `heliograph/v1/${name}`),
    { keepCase: true },
  );
  root.resolveAll();
  const services = (root.lookup('heliograph.v1') as protobuf.Namespace).nestedArray;
  return services
    .filter((entry) => entry instanceof protobuf.Service)
    .flatMap((service) => service.methodsArray.map((method) => describe(service, method)));
}

/** A name as JSON and subjects have it: `RateLimitService` is `rate_limit_service`. */
export function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter, at: number) => `${at === 0 ? '' : '_'}${letter.toLowerCase()}`);
}

function describe(service: protobuf.Service, method: protobuf.Method): ProtoMethod {
  const name = service.name.slice(0, -'Service'.length);
  return {
    name: `${service.name}.${method.name}`,
    path: `/heliograph.v1.${service.name}/${method.name}`,
    subject: `wa.rpc.v1.${snake(name)}.${snake(method.name)}`,
    streams: method.requestStream === true || method.responseStream === true,
    request: method.resolvedRequestType as protobuf.Type,
    response: method.resolvedResponseType as protobuf.Type,
  };
}
