import { Metadata, type ServiceError, type StatusObject } from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import type { GatewayError, MetaProblem } from '../../../core/gateway-error.js';

/** Domain of our reasons (google.rpc.ErrorInfo). */
const DOMAIN = 'heliograph';

const field = (id: number, type: string, rule?: 'repeated') => ({ id, type, ...(rule === undefined ? {} : { rule }) });

/**
 * Most fields, and bytes of a text, that are named. They travel in a trailer, and the C core of many clients takes 8 kB of
 * headers by default: a longer list would turn our answer into a protocol error.
 */
const MOST = { violations: 20, bytes: 1000 };

/** The part of google/rpc/status.proto and google/rpc/error_details.proto that we send. */
const RPC = protobuf.Root.fromJSON({
  nested: {
    google: {
      nested: {
        protobuf: {
          nested: {
            Any: { fields: { type_url: field(1, 'string'), value: field(2, 'bytes') } },
            Duration: { fields: { seconds: field(1, 'int64'), nanos: field(2, 'int32') } },
          },
        },
        rpc: {
          nested: {
            Status: {
              fields: {
                code: field(1, 'int32'),
                message: field(2, 'string'),
                details: field(3, 'google.protobuf.Any', 'repeated'),
              },
            },
            ErrorInfo: {
              fields: {
                reason: field(1, 'string'),
                domain: field(2, 'string'),
                // A map, as it is on the wire.
                metadata: field(3, 'MetadataEntry', 'repeated'),
              },
              nested: { MetadataEntry: { fields: { key: field(1, 'string'), value: field(2, 'string') } } },
            },
            RetryInfo: { fields: { retry_delay: field(1, 'google.protobuf.Duration') } },
            BadRequest: {
              fields: { field_violations: field(1, 'FieldViolation', 'repeated') },
              nested: { FieldViolation: { fields: { field: field(1, 'string'), description: field(2, 'string') } } },
            },
          },
        },
      },
    },
  },
});

/**
 * An error as gRPC carries it: the row's code, our sentence, and google.rpc.Status in `grpc-status-details-bin` with
 * ErrorInfo (the reason is our code, the metadata what Meta said), BadRequest (the fields) and RetryInfo (the wait), as
 * far as there is something.
 */
export function toGrpcError(error: GatewayError): Partial<StatusObject> & Pick<ServiceError, 'code'> {
  const { grpc: code } = error.row;
  const details = [detail('ErrorInfo', { reason: error.code, domain: DOMAIN, metadata: toldByMeta(error.meta) })];
  if (error.errors.length > 0) {
    const violations = error.errors
      .slice(0, MOST.violations)
      .map((e) => ({ field: toPath(e.pointer), description: e.detail }));
    details.push(detail('BadRequest', { field_violations: violations }));
  }
  if (error.retryAfterMs !== undefined) {
    const ms = Math.ceil(error.retryAfterMs);
    const [seconds, nanos] = [Math.floor(ms / 1000), (ms % 1000) * 1_000_000];
    details.push(detail('RetryInfo', { retry_delay: { seconds, nanos } }));
  }
  const message = short(error.detail);
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', encode('google.rpc.Status', { code, message, details }));
  return { code, details: message, metadata };
}

/** What Meta said, as the texts that ErrorInfo holds; what it did not say is absent. */
function toldByMeta(meta: MetaProblem | undefined): { key: string; value: string }[] {
  const told = Object.entries(meta ?? {}).filter(([, value]) => value !== null);
  return told.map(([name, value]) => ({ key: `meta_${name}`, value: short(String(value)) }));
}

/** Cut by bytes, because the sentence travels percent-encoded as well; a character that is cut in two goes. */
function short(text: string): string {
  return Buffer.from(text.toWellFormed())
    .subarray(0, MOST.bytes)
    .toString()
    .replace(/\ufffd$/, '');
}

/** A JSON pointer as the path that FieldViolation wants: `/template/components/0/type` is `template.components[0].type`. */
export function toPath(pointer: string): string {
  const parts = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return parts.map((part, i) => (/^\d+$/.test(part) ? `[${part}]` : `${i === 0 ? '' : '.'}${part}`)).join('');
}

function detail(name: string, value: object): object {
  const full = `google.rpc.${name}`;
  return { type_url: `type.googleapis.com/${full}`, value: encode(full, value) };
}

function encode(name: string, value: object): Buffer {
  return Buffer.from(RPC.lookupType(name).encode(value).finish());
}
