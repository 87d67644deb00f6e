import { MessagePattern } from '@nestjs/microservices';
import { rpcPath } from './rpc-catalog.js';

/**
 * Makes a handler that of a method of the protos. gRPC serves it under its path; NATS serves it, unless it streams,
 * under the subject of the same name (`rpcSubject`). Its data are the JSON form of the request on both.
 */
export const Rpc = (service: string, method: string): MethodDecorator => MessagePattern(rpcPath(service, method));
