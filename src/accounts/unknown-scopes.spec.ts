import { expect, it } from '@jest/globals';
import { unknownScopes } from './unknown-scopes.js';

const key = (name: string, scopes: string[]) => ({ name, key: 'k'.repeat(32), scopes });

it('names the field, the key and the scopes that open nothing, and no others', () => {
  const portfolios = [
    { business_id: '1', name: 'one' },
    {
      business_id: '2',
      name: 'two',
      api_keys: [key('good', ['*']), key('crm', ['mesages:write', 'messages:*', 'admin'])],
    },
  ];
  expect(unknownScopes({ portfolios })).toEqual([
    { field: 'portfolios[1].api_keys[1].scopes', apiKey: 'crm', unknown: ['mesages:write', 'admin'] },
  ]);
});
