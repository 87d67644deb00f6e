import { beforeEach, describe, expect, it } from '@jest/globals';
import { bootstrapFile, LUCKY, OTHER, SECRETS } from '../support/accounts.js';
import { writeBootstrap } from '../support/bootstrap.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { Services } from '../support/services.js';

let database: TestDatabase;

beforeEach(async () => {
  database = await freshDatabase();
});

const given = (changes = {}) => writeBootstrap(bootstrapFile({ numbersOfLucky: [LUCKY.phoneNumberId], ...changes }));
const TABLES = ['portfolios', 'api_keys', 'apps', 'wabas', 'phone_numbers', 'lanes'];

async function counts(): Promise<Record<string, number>> {
  const rows = TABLES.map(async (table) => {
    const [row] = await database.db.rows<{ n: number }>(`select count(*) as n from ${table}`);
    return [table, row?.n];
  });
  return Object.fromEntries(await Promise.all(rows));
}

const ONCE = { portfolios: 2, api_keys: 5, apps: 2, wabas: 2, phone_numbers: 2, lanes: 2 };

describe('the bootstrap file', () => {
  it('comes to the same whether it is applied once, again, or by five replicas at once', async () => {
    const file = given();
    const replicas = Array.from({ length: 5 }, () => new Services(database));
    await Promise.all(replicas.map((replica) => replica.bootstrap.applyFile(file)));
    expect(await counts()).toEqual(ONCE);
    await replicas[0]?.bootstrap.applyFile(file);
    expect(await counts()).toEqual(ONCE);
  });

  it('lets the keys that it names speak for their portfolio, and no other', async () => {
    const services = new Services(database);
    await services.bootstrap.applyFile(given());
    const lucky = await services.apiKeys.authenticate(LUCKY.keys.all);
    const other = await services.apiKeys.authenticate(OTHER.keys.all);
    expect(lucky).toMatchObject({ kind: 'tenant', scopes: new Set(['*']) });
    expect(other).toMatchObject({ kind: 'tenant' });
    expect(lucky).not.toEqual(other);
    expect(await services.apiKeys.authenticate(`${LUCKY.keys.all}x`)).toBeNull();
  });

  it('leaves no secret readable in any row', async () => {
    const services = new Services(database);
    await services.bootstrap.applyFile(given());
    const secrets = [
      LUCKY.appSecret,
      LUCKY.verifyToken,
      LUCKY.accessToken,
      ...Object.values(LUCKY.keys),
      OTHER.appSecret,
    ];
    const forms = secrets.flatMap((s) => [s, Buffer.from(s).toString('hex'), Buffer.from(s).toString('base64url')]);
    for (const table of TABLES) {
      const rows = await database.db.rows<{ row: string }>(`select t::text as row from ${table} t`);
      const text = rows.map((r) => r.row).join('\n');
      expect(forms.filter((form) => text.includes(form))).toEqual([]);
    }
    // The service itself can read them, so the search above looked at the right rows.
    expect(services.accounts.app(LUCKY.appId)).toMatchObject({ appSecrets: [LUCKY.appSecret] });
    expect(services.accounts.waba(LUCKY.wabaId)).toMatchObject({ accessToken: LUCKY.accessToken });
  });

  it('keeps the secret before when an app gets a new one, and no more than that one', async () => {
    const services = new Services(database);
    for (const secret of ['first secret', 'second secret', 'third secret', 'third secret']) {
      await services.bootstrap.applyFile(given({ appSecretOfLucky: secret }));
    }
    expect(services.accounts.app(LUCKY.appId)?.appSecrets).toEqual(['third secret', 'second secret']);
  });

  it('refuses an account that belongs to another portfolio, and applies nothing of the one that claims it', async () => {
    const services = new Services(database);
    await services.bootstrap.applyFile(given());
    const thief = {
      business_id: '999',
      name: 'Thief',
      wabas: [{ waba_id: LUCKY.wabaId, app_id: LUCKY.appId, access_token: 't', phone_numbers: [] }],
    };
    const applying = services.bootstrap.applyFile(writeBootstrap({ portfolios: [thief] }));
    await expect(applying).rejects.toThrow(`WABA ${LUCKY.wabaId} belongs to another portfolio`);
    expect(await counts()).toEqual(ONCE);
  });

  it('names every field that is wrong', async () => {
    const wrong = {
      portfolios: [{ business_id: 'abc', name: '', api_keys: [{ name: 'k', key: 'short', scopes: [] }] }],
    };
    const applying = new Services(database).bootstrap.applyFile(writeBootstrap(wrong));
    await expect(applying).rejects.toThrow(/business_id.*name.*key.*scopes/s);
  });
});

describe('the key ring', () => {
  const [, oldKey] = SECRETS.ENCRYPTION_KEYS.split(':') as [string, string];
  const newKey = Buffer.alloc(32, 7).toString('base64');

  it('reads with an old key what was written before a new one came first, and writes with the new one', async () => {
    await new Services(database).bootstrap.applyFile(given());
    const rotated = new Services(database, { ENCRYPTION_KEYS: `new:${newKey},test:${oldKey}` });
    await rotated.accounts.refresh();
    expect(rotated.accounts.waba(LUCKY.wabaId)?.accessToken).toBe(LUCKY.accessToken);
    await rotated.bootstrap.applyFile(given());
    const [row] = await database.db.rows<{ access_token: string }>(
      'select access_token from wabas where waba_id = $1',
      [LUCKY.wabaId],
    );
    expect(row?.access_token).toMatch(/^new\./);
  });

  it('leaves out an account whose ciphertext was moved from another row, and keeps the rest', async () => {
    const services = new Services(database);
    await services.bootstrap.applyFile(given());
    await database.db.run(
      `update wabas set access_token = (select access_token from wabas where waba_id = $1) where waba_id = $2`,
      [LUCKY.wabaId, OTHER.wabaId],
    );
    await services.accounts.refresh();
    expect(services.accounts.waba(OTHER.wabaId)).toBeUndefined();
    expect(services.accounts.waba(LUCKY.wabaId)?.accessToken).toBe(LUCKY.accessToken);
  });
});
