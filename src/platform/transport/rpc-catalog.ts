import { readdirSync } from 'node:fs';
import path from 'node:path';
import protobuf from 'protobufjs';
import { PROTO_FOLDER, PROTO_PACKAGE, PROTO_ROOT } from '../../contracts/protos.js';
import { rpcSubject } from '../../contracts/subjects.js';

/** A method of the protos: what gRPC and NATS serve. */
export interface RpcMethod {
  /** Name of the service, such as `MessagingService`. */
  readonly service: string;
  /** Name of the method, such as `Send`. */
  readonly method: string;
  /** `/heliograph.v1.MessagingService/Send`: its path on gRPC, and the pattern of its handler. */
  readonly path: string;
  /** What it does, in the words of the protos; on one line. */
  readonly comment: string;
  readonly request: protobuf.Type;
  readonly response: protobuf.Type;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  /** Its subject on NATS; null for a stream, which request and reply cannot carry. */
  readonly subject: string | null;
}

/** The pattern under which Nest keeps the handler of a method. */
export function rpcPath(service: string, method: string): string {
  return `/${PROTO_PACKAGE}.${service}/${method}`;
}

/** The files of the protos, relative to their root. */
export function protoFiles(): string[] {
  return readdirSync(PROTO_FOLDER)
    .filter((name) => name.endsWith('.proto'))
    .sort()
    .map((name) => path.relative(PROTO_ROOT, path.join(PROTO_FOLDER, name)));
}

/** Every method of every service, read from the protos themselves: nothing is served that is not in them. */
export function loadRpcCatalog(): readonly RpcMethod[] {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => path.join(PROTO_ROOT, target);
  // Comments are kept for the documents that are made of them.
  root.loadSync(protoFiles(), { keepCase: true, alternateCommentMode: true }).resolveAll();
  const services = root.lookup(PROTO_PACKAGE) as protobuf.Namespace;
  return services.nestedArray.filter((entry) => entry instanceof protobuf.Service).flatMap(methodsOf);
}

function methodsOf(service: protobuf.Service): RpcMethod[] {
  return service.methodsArray.map((method) => {
    const [requestStream, responseStream] = [method.requestStream === true, method.responseStream === true];
    return {
      service: service.name,
      method: method.name,
      path: rpcPath(service.name, method.name),
      comment: withoutDirectives(method.comment ?? ''),
      request: method.resolvedRequestType as protobuf.Type,
      response: method.resolvedResponseType as protobuf.Type,
      requestStream,
      responseStream,
      subject: requestStream || responseStream ? null : rpcSubject(service.name, method.name),
    };
  });
}

/** What the comment of a method says to people: not to the linter. */
function withoutDirectives(comment: string): string {
  const lines = comment.split('\n').filter((line) => !line.startsWith('buf:lint:'));
  return lines.join(' ').trim();
}
