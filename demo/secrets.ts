import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DemoError } from './demo-error.js';

/** Everything secret between the gateway, the simulator and us. Made up for one folder; worth nothing elsewhere. */
export interface Secrets {
  readonly apiKey: string;
  readonly appSecret: string;
  readonly verifyToken: string;
  readonly accessToken: string;
  /** `kid:base64` of 32 bytes, for ENCRYPTION_KEYS. */
  readonly encryptionKey: string;
  readonly apiKeyPepper: string;
}

/** The simulator's default assets (docs/simulator.md). */
export const ASSETS = {
  businessId: '2729063490586005',
  businessName: 'Lucky Shrub',
  appId: '634974688087057',
  wabaId: '102290129340398',
  phoneNumberId: '106540352242922',
} as const;

const NAMES = ['apiKey', 'appSecret', 'verifyToken', 'accessToken', 'encryptionKey', 'apiKeyPepper'] as const;

/** The files of a stack in its folder. */
export const stackFiles = (folder: string) => ({
  secrets: path.join(folder, 'secrets.json'),
  bootstrap: path.join(folder, 'bootstrap.json'),
  apiKey: path.join(folder, 'api-key'),
});

/**
 * The secrets of a folder: those it has, or new ones, kept there for its owner only. The database beside them is
 * encrypted with them, so a folder keeps its secrets. Throws a DemoError when the file is there and cannot be used.
 */
export function secretsIn(folder: string): Secrets {
  mkdirSync(folder, { recursive: true });
  const file = stackFiles(folder).secrets;
  if (existsSync(file)) return readSecrets(file);
  const random = (prefix: string) => `${prefix}_${randomBytes(24).toString('base64url')}`;
  const secrets = {
    apiKey: random('demo'),
    appSecret: randomBytes(16).toString('hex'),
    verifyToken: random('verify'),
    accessToken: random('token'),
    encryptionKey: `demo:${randomBytes(32).toString('base64')}`,
    apiKeyPepper: random('pepper'),
  };
  writePrivate(file, `${JSON.stringify(secrets, null, 2)}\n`);
  return secrets;
}

function readSecrets(file: string): Secrets {
  const advice = 'Remove the folder to begin anew.';
  let read: Partial<Record<string, unknown>>;
  try {
    read = JSON.parse(readFileSync(file, 'utf8')) as Partial<Record<string, unknown>>;
  } catch (error) {
    throw new DemoError(`${file} cannot be read: ${(error as Error).message}. ${advice}`);
  }
  const missing = NAMES.filter((name) => typeof read[name] !== 'string');
  if (missing.length > 0) throw new DemoError(`${file} lacks ${missing.join(', ')}. ${advice}`);
  return read as unknown as Secrets;
}

/** Writes the bootstrap file and the API key beside the secrets, for their owner only. */
export function writeStackFiles(folder: string, secrets: Secrets): void {
  const files = stackFiles(folder);
  writePrivate(files.bootstrap, `${JSON.stringify(bootstrapOf(secrets), null, 2)}\n`);
  writePrivate(files.apiKey, `${secrets.apiKey}\n`);
}

/** What the gateway is to know at its start. The numbers are left out: it reads them from the platform, as with Meta. */
export function bootstrapOf(secrets: Secrets): object {
  const { businessId, businessName, appId, wabaId } = ASSETS;
  return {
    portfolios: [
      {
        business_id: businessId,
        name: businessName,
        api_keys: [{ name: 'demo', key: secrets.apiKey, scopes: ['*'] }],
        apps: [{ app_id: appId, app_secret: secrets.appSecret, verify_token: secrets.verifyToken }],
        wabas: [{ waba_id: wabaId, app_id: appId, access_token: secrets.accessToken }],
      },
    ],
  };
}

const OWNER_ONLY = 0o600;

function writePrivate(file: string, text: string): void {
  writeFileSync(file, text, { mode: OWNER_ONLY });
  // `mode` holds for new files only.
  chmodSync(file, OWNER_ONLY);
}
