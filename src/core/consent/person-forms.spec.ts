import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { personForms } from './person-forms.js';
import { personKey } from './person-key.js';

describe('the ways in which a person is written', () => {
  it.each([
    ['+16505551234', ['16505551234', '+16505551234']],
    ['5511987654321', ['551187654321', '+551187654321', '5511987654321', '+5511987654321']],
    ['+525512345678', ['525512345678', '+525512345678', '5215512345678', '+5215512345678']],
    ['US.13491208655302741918', ['US.13491208655302741918']],
  ])('of %s are %j', (id, forms) => {
    expect(personForms(id)).toEqual(forms);
  });

  it('are all of one person, the given one among them', () => {
    const phone = fc.stringMatching(/^\+(55|52|54|1|49)\d{8,12}$/);
    const bsuid = fc.stringMatching(/^[A-Z]{2}\.[A-Za-z0-9]{1,20}$/);
    fc.assert(
      fc.property(fc.oneof(phone, bsuid), (id) => {
        const forms = personForms(id);
        expect(forms).toContain(id);
        expect(new Set(forms.map(personKey))).toEqual(new Set([personKey(id)]));
      }),
    );
  });
});
