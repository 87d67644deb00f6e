import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { GatewayError } from '../core/gateway-error.js';
import { GatewayValidationPipe } from '../platform/http/validation.pipe.js';
import { BootstrapFile } from './bootstrap.dto.js';

const PORTFOLIO = {
  business_id: '2729063490586005',
  name: 'Example',
  api_keys: [{ name: 'crm', key: 'k'.repeat(32), scopes: ['messages:write'] }],
  apps: [{ app_id: '1', app_secret: 's', verify_token: 'v' }],
  wabas: [
    {
      waba_id: '2',
      app_id: '1',
      access_token: 't',
      phone_numbers: [{ phone_number_id: '3', display_phone_number: '+1' }],
    },
  ],
};

async function wrongWith(value: unknown): Promise<string[]> {
  try {
    await new GatewayValidationPipe().transform(value, { type: 'body', metatype: BootstrapFile });
    return [];
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return [...new Set(error.errors.map((e) => e.pointer))];
  }
}
const portfolioWith = (more: object): object => ({ portfolios: [{ ...PORTFOLIO, ...more }] });

describe('a bootstrap file', () => {
  it.each([
    ['with everything', { portfolios: [PORTFOLIO] }],
    ['without any portfolio', { portfolios: [] }],
    ['with a bare portfolio', { portfolios: [{ business_id: '1', name: 'x' }] }],
    ['that leaves the numbers to Meta', portfolioWith({ wabas: [{ waba_id: '2', app_id: '1', access_token: 't' }] })],
  ])('is good %s', async (_, file) => {
    expect(await wrongWith(file)).toEqual([]);
  });

  it.each([
    ['without portfolios', {}, ['/portfolios']],
    ['with an unknown field', { portfolios: [], owner: 'x' }, ['/owner']],
    ['with an id that is no run of digits', portfolioWith({ business_id: 'abc' }), ['/portfolios/0/business_id']],
    [
      'with a key of 31 characters',
      portfolioWith({ api_keys: [{ name: 'x', key: 'k'.repeat(31), scopes: ['*'] }] }),
      ['/portfolios/0/api_keys/0/key'],
    ],
    [
      'with a key without a scope',
      portfolioWith({ api_keys: [{ name: 'x', key: 'k'.repeat(32), scopes: [] }] }),
      ['/portfolios/0/api_keys/0/scopes'],
    ],
    [
      'with an app without a secret',
      portfolioWith({ apps: [{ app_id: '1', app_secret: '', verify_token: 'v' }] }),
      ['/portfolios/0/apps/0/app_secret'],
    ],
    [
      'with a misspelt field deep inside',
      portfolioWith({ wabas: [{ ...PORTFOLIO.wabas[0], accesToken: 'x' }] }),
      ['/portfolios/0/wabas/0/accesToken'],
    ],
  ])('is refused %s', async (_, file, pointers) => {
    expect(await wrongWith(file)).toEqual(pointers);
  });
});
