import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { ROOT } from './repository.js';

type Json = Record<string, unknown>;

/** What the tests need of src/contracts/asyncapi.yaml. */
export interface AsyncApiDocument {
  readonly channels: Readonly<
    Record<string, { address: string; parameters: Readonly<Record<string, { enum?: readonly string[] }>> }>
  >;
  readonly components: {
    readonly messages: Readonly<Record<string, { name: string; payload: { $ref: string } }>>;
    readonly messageTraits: { readonly cloudEvent: { readonly headers: object } };
    readonly schemas: Json;
  };
}

/** The document as an object, read by the tool that also judges it. */
export function readAsyncApi(): AsyncApiDocument {
  const folder = mkdtempSync(path.join(tmpdir(), 'heliograph-asyncapi-'));
  try {
    const out = path.join(folder, 'asyncapi.json');
    const cli = path.join(ROOT, 'node_modules', '@redocly', 'cli', 'bin', 'cli.js');
    const args = [cli, 'bundle', 'src/contracts/asyncapi.yaml', '--ext', 'json', '--output', out];
    const env = { ...process.env, NODE_OPTIONS: '', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', REDOCLY_TELEMETRY: 'off' };
    const done = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8', env });
    if (done.status !== 0) throw new Error(`redocly cannot read the document:\n${done.stderr}`);
    return JSON.parse(readFileSync(out, 'utf8')) as AsyncApiDocument;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Validators of what is published, by the name of the message. Stricter than the contract, which lets fields be added:
 * here a field that is not described is an error, so that none is published without being written down.
 */
export function payloadValidators(document: AsyncApiDocument): ReadonlyMap<string, ValidateFunction> {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema({ $id: 'asyncapi', components: document.components });
  return new Map(
    Object.entries(document.components.messages).map(([key, message]) => [
      key,
      ajv.compile({ $ref: `asyncapi${message.payload.$ref}`, unevaluatedProperties: false }),
    ]),
  );
}

/** Validator of the headers that every event has. */
export function headerValidator(document: AsyncApiDocument): ValidateFunction {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  return ajv.compile({ ...document.components.messageTraits.cloudEvent.headers, additionalProperties: false });
}
