import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { referencePath } from '../../simulator/testing/reference.js';

/** Gives what is wrong with a value as a schema of Meta's OpenAPI sees it; nothing when it is right. */
export type SchemaCheck = (schema: string, value: unknown) => readonly string[];

const ID = 'meta-openapi';

/** Reads Meta's OpenAPI where it lies beside the checkout; undefined when it is not on this machine. */
export function metaOpenApi(): SchemaCheck | undefined {
  const file = referencePath('facts', 'meta-openapi-v23.json');
  if (file === undefined) return undefined;
  const { components } = JSON.parse(readFileSync(file, 'utf8')) as { components: object };
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema({ $id: ID, components });
  return (schema, value) => {
    const validate = ajv.getSchema(`${ID}#/components/schemas/${schema}`);
    if (!validate) throw new Error(`Meta's OpenAPI has no schema ${schema}`);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  };
}
