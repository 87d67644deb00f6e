import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { protoMethods } from '../support/transports/protos.js';
import { OPERATIONS } from './operations.js';
import { type FieldDocument, shapeGaps } from './shapes.js';

const document = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, '../../docs/openapi.json'), 'utf8'),
) as FieldDocument;
const methods = new Map(protoMethods().map((method) => [method.name, method]));
const pairs = Object.values(document.paths)
  .flatMap((item) => Object.values(item))
  .flatMap((operation) => {
    const method = methods.get(OPERATIONS[operation.operationId]?.rpc ?? '');
    return method === undefined ? [] : [[operation.operationId, operation, method] as const];
  });

describe('the protos', () => {
  it('are compared with every operation that has a method', () => {
    const named = Object.values(OPERATIONS).filter((row) => row.rpc !== undefined);
    expect(pairs).toHaveLength(named.length);
  });

  it.each(pairs)('have the fields of the OpenAPI document, name by name: %s', (_, operation, method) => {
    expect(shapeGaps(document, operation, method)).toEqual([]);
  });
});
