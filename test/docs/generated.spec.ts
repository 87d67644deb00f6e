import { beforeAll, describe, expect, it } from '@jest/globals';
import { generatedDocs } from '../../scripts/generated-docs.js';
import { textOf } from './repository.js';

interface Operation {
  readonly summary?: string;
  readonly operationId?: string;
}

describe('npm run docs:generate', () => {
  let generated: ReadonlyMap<string, string>;

  beforeAll(async () => {
    generated = await generatedDocs();
  });

  it.each(['docs/configuration.md', 'docs/errors.md', 'docs/asyncapi-rpc.yaml', 'docs/openapi.json'])(
    'has been run since %s would change',
    (file) => {
      expect(textOf(file)).toBe(generated.get(file));
    },
  );

  it('writes the same bytes when it runs again', async () => {
    expect([...(await generatedDocs())]).toEqual([...generated]);
  });

  it('names every operation of the REST interface by an id of its own', () => {
    const { paths } = JSON.parse(generated.get('docs/openapi.json') ?? '') as {
      paths: Record<string, Record<string, Operation>>;
    };
    const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
    const ids = operations.map((operation) => operation.operationId);
    expect(operations.length).toBeGreaterThan(8);
    expect(new Set(ids).size).toBe(operations.length);
    expect(operations.filter((operation) => operation.summary === undefined)).toEqual([]);
  });
});
