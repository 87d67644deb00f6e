import type { DocumentedOperation } from '../support/openapi.js';
import type { ProtoMethod } from '../support/transports/protos.js';
import { ONLY_RPC, type OperationCase } from './operations.js';

/** What each wire has. */
export interface WireInventory {
  /** Of REST. */
  readonly documented: readonly DocumentedOperation[];
  readonly rows: Readonly<Record<string, OperationCase>>;
  /** Of gRPC. */
  readonly methods: readonly ProtoMethod[];
  /** That NATS serves. */
  readonly subjects: readonly string[];
}

/** Every operation that is on one wire and missing on another without a written reason. */
export function gapsBetweenWires({ documented, rows, methods, subjects }: WireInventory): string[] {
  const named = new Set(Object.values(rows).flatMap((row) => row.rpc ?? []));
  const known = new Set(methods.map((m) => m.name));
  const withoutRow = methods
    .filter((m) => !named.has(m.name) && ONLY_RPC[m.name] === undefined)
    .map((m) => `${m.name} is in the protos and no row of REST names it`);
  const withoutRpc = documented
    .filter((o) => o.needsKey && rows[o.id]?.rpc === undefined && rows[o.id]?.onlyRest === undefined)
    .map((o) => `${o.id} is on REST and its row names no method of the protos`);
  const unknown = [...named].filter((name) => !known.has(name)).map((name) => `${name} is not in the protos`);
  const served = new Set(subjects);
  const unserved = methods
    .filter((m) => !m.streams && !served.has(m.subject))
    .map((m) => `${m.name} is not served on NATS: ${m.subject}`);
  const expected = new Set(methods.filter((m) => !m.streams).map((m) => m.subject));
  const surplus = subjects.filter((s) => !expected.has(s)).map((s) => `${s} is served on NATS and not in the protos`);
  return [...withoutRow, ...withoutRpc, ...unknown, ...unserved, ...surplus];
}
