import { afterEach, describe, expect, it } from '@jest/globals';
import { startSimulator } from '../simulator.js';
import { CallbackListener } from '../testing/callback-listener.js';
import { startTestSimulator, stopAll } from '../testing/started-simulator.js';
import { DEFAULTS } from './platform-state.js';

const PHONE = `/v25.0/${DEFAULTS.phoneNumberId}`;
const WABA = `/v25.0/${DEFAULTS.wabaId}`;
const listeners: CallbackListener[] = [];

afterEach(async () => {
  await stopAll();
  for (const listener of listeners.splice(0)) await listener.close();
});

const start = (scenario: object = {}) => startTestSimulator({ clock: 'virtual', scenario });

async function anotherCallback(): Promise<string> {
  const listener = new CallbackListener('a secret', 'other token');
  listeners.push(listener);
  return listener.listen();
}

describe('a phone number', () => {
  it('shows its default fields, or those asked for', async () => {
    const { simulator } = await start();
    expect(await simulator.get(PHONE)).toEqual({
      verified_name: 'Lucky Shrub',
      display_phone_number: '+1 555-078-3881',
      quality_rating: 'GREEN',
      id: DEFAULTS.phoneNumberId,
    });
    expect(await simulator.get(`${PHONE}?fields=throughput{level},status,name_status,account_mode`)).toEqual({
      throughput: { level: 'STANDARD' },
      status: 'CONNECTED',
      name_status: 'APPROVED',
      account_mode: 'LIVE',
      id: DEFAULTS.phoneNumberId,
    });
  });

  it.each([
    ['nonsense', 100, 'nonexisting field (nonsense)'],
    ['status,', 2500, 'Syntax error'],
  ])('refuses the fields %j', async (fields, code, message) => {
    const { simulator } = await start();
    const answer = await simulator.call('GET', `${PHONE}?fields=${fields}`);
    expect(answer).toMatchObject({ status: 400, body: { error: { code, message: expect.stringContaining(message) } } });
  });

  it('is registered, deregistered and verified as its owner asks', async () => {
    const { simulator } = await start({
      accounts: { [DEFAULTS.phoneNumberId]: { registered: false, code_verification_status: 'NOT_VERIFIED' } },
    });
    expect((await simulator.get(`${PHONE}?fields=status`)).status).toBe('PENDING');
    await simulator.post(`${PHONE}/request_code`, { code_method: 'SMS', language: 'en_US' });
    const { code } = await simulator.get(`/_simulator/phone_numbers/${DEFAULTS.phoneNumberId}`);
    await simulator.post(`${PHONE}/verify_code`, { code: code.digits });
    await simulator.post(`${PHONE}/register`, { messaging_product: 'whatsapp', pin: '123456' });
    expect(await simulator.get(`${PHONE}?fields=status,is_pin_enabled,code_verification_status`)).toMatchObject({
      status: 'CONNECTED',
      is_pin_enabled: true,
      code_verification_status: 'VERIFIED',
    });
    await simulator.post(`${PHONE}/deregister`);
    expect((await simulator.get(`${PHONE}?fields=status`)).status).toBe('DISCONNECTED');
  });

  it('gets a new display name after its review', async () => {
    const { simulator, callback } = await start();
    await simulator.post(PHONE, { new_display_name: 'Luckier Shrub' });
    expect(await simulator.get(`${PHONE}?fields=verified_name,new_display_name,new_name_status`)).toMatchObject({
      verified_name: 'Lucky Shrub',
      new_display_name: 'Luckier Shrub',
      new_name_status: 'PENDING_REVIEW',
    });
    await simulator.post('/_simulator/clock', { advance_ms: 60_000 });
    expect((await simulator.get(PHONE)).verified_name).toBe('Luckier Shrub');
    expect(callback.changes).toContainEqual({
      field: 'phone_number_name_update',
      value: expect.objectContaining({ decision: 'APPROVED', requested_verified_name: 'Luckier Shrub' }),
    });
  });

  it('sends its webhooks elsewhere only after the handshake', async () => {
    const { simulator } = await start();
    const uri = await anotherCallback();
    const set = (verify_token: string) =>
      simulator.call('POST', PHONE, { webhook_configuration: { override_callback_uri: uri, verify_token } });
    expect((await set('wrong')).body.error).toMatchObject({ code: 100, error_subcode: 2200 });
    expect((await simulator.get(`${PHONE}?fields=webhook_configuration`)).webhook_configuration).not.toHaveProperty(
      'phone_number',
    );
    expect((await set('other token')).body).toEqual({ success: true });
    expect((await simulator.get(`${PHONE}?fields=webhook_configuration`)).webhook_configuration).toEqual({
      phone_number: uri,
      application: expect.stringContaining('http://127.0.0.1'),
    });
    await simulator.post(PHONE, { webhook_configuration: { override_callback_uri: '' } });
    expect((await simulator.get(`${PHONE}?fields=webhook_configuration`)).webhook_configuration).not.toHaveProperty(
      'phone_number',
    );
  });

  it.each([
    [{}],
    [{ pin: '12345' }],
    [{ nonsense: 1 }],
    [{ new_display_name: 'x' }],
    [{ webhook_configuration: { override_callback_uri: 'nonsense', verify_token: 'x' } }],
    [{ webhook_configuration: { override_callback_uri: `https://example.com/${'x'.repeat(200)}`, verify_token: 'x' } }],
    [{ webhook_configuration: { override_callback_uri: 'https://example.com/' } }],
  ])('refuses to be changed to %j', async (body) => {
    const { simulator } = await start();
    expect((await simulator.call('POST', PHONE, body)).body.error).toMatchObject({ code: 100 });
  });

  it('has a profile and settings', async () => {
    const { simulator } = await start();
    const profile = {
      messaging_product: 'whatsapp',
      about: 'Succulents!',
      vertical: 'RETAIL',
      websites: ['https://example.com/'],
    };
    await simulator.post(`${PHONE}/whatsapp_business_profile`, profile);
    expect(await simulator.get(`${PHONE}/whatsapp_business_profile?fields=about,vertical`)).toEqual({
      data: [{ about: 'Succulents!', vertical: 'RETAIL', messaging_product: 'whatsapp' }],
    });
    await simulator.post(`${PHONE}/settings`, { user_identity_change: { enable_identity_key_check: true } });
    expect((await simulator.get(`${PHONE}/settings`)).user_identity_change).toEqual({
      enable_identity_key_check: true,
    });
  });

  it.each([
    [{ about: 'x' }, 'messaging_product'],
    [{ messaging_product: 'whatsapp', about: '' }, 'about'],
    [{ messaging_product: 'whatsapp', about: 'x'.repeat(140) }, 'about'],
    [{ messaging_product: 'whatsapp', email: 'nobody' }, 'email'],
    [{ messaging_product: 'whatsapp', vertical: 'MAGIC' }, 'vertical'],
    [{ messaging_product: 'whatsapp', websites: ['https://a.b', 'https://c.d', 'https://e.f'] }, 'websites'],
    [{ messaging_product: 'whatsapp', colour: 'red' }, 'colour'],
  ])('refuses the profile %j', async (body, field) => {
    const { simulator } = await start();
    const { error } = (await simulator.call('POST', `${PHONE}/whatsapp_business_profile`, body)).body;
    expect(error).toMatchObject({ code: 100, error_data: { blame_field_specs: [[field]] } });
  });

  it('blocks users, tells which it could not, and lets them go', async () => {
    const { simulator } = await start();
    const body = (...users: string[]) => ({
      messaging_product: 'whatsapp',
      block_users: users.map((user) => ({ user })),
    });
    expect(await simulator.post(`${PHONE}/block_users`, body('+1 650 555 1234'))).toEqual({
      messaging_product: 'whatsapp',
      block_users: { added_users: [{ input: '+1 650 555 1234', wa_id: '16505551234' }] },
    });
    const mixed = await simulator.call('POST', `${PHONE}/block_users`, body('+16505551235', 'abc'));
    expect(mixed.body).toMatchObject({
      block_users: {
        added_users: [{ wa_id: '16505551235' }],
        failed_users: [{ input: 'abc', errors: [{ code: 131021 }] }],
      },
      error: { code: 139100 },
    });
    expect((await simulator.get(`${PHONE}/block_users`)).data).toEqual([
      { messaging_product: 'whatsapp', wa_id: '16505551234' },
      { messaging_product: 'whatsapp', wa_id: '16505551235' },
    ]);
    const gone = await simulator.call('DELETE', `${PHONE}/block_users`, body('16505551234'));
    expect(gone.body.block_users).toEqual({ removed_users: [{ input: '16505551234', wa_id: '16505551234' }] });
    expect(
      (await simulator.call('POST', `${PHONE}/block_users`, { messaging_product: 'whatsapp' })).body.error,
    ).toMatchObject({ code: 100 });
  });
});

describe('an account', () => {
  it('lists its numbers in pages with the fields asked for', async () => {
    const { simulator } = await startTestSimulator({ clock: 'virtual', phoneNumbers: 3 });
    const first = await simulator.get(`${WABA}/phone_numbers?fields=id,status&limit=2`);
    expect(first.data).toEqual([
      { id: DEFAULTS.phoneNumberId, status: 'CONNECTED' },
      { id: String(Number(DEFAULTS.phoneNumberId) + 1), status: 'CONNECTED' },
    ]);
    const second = await simulator.get(first.paging.next.replace(simulator.url, ''));
    expect(second.data).toHaveLength(1);
    expect(second.paging.next).toBeUndefined();
    const back = await simulator.get(second.paging.previous.replace(simulator.url, ''));
    expect(back.data).toEqual(first.data);
  });

  it('is subscribed to with a callback of its own, after the handshake', async () => {
    const { simulator } = await start();
    const override_callback_uri = await anotherCallback();
    await simulator.post(`${WABA}/subscribed_apps`, { override_callback_uri, verify_token: 'other token' });
    expect((await simulator.get(`${WABA}/subscribed_apps`)).data).toEqual([
      { whatsapp_business_api_data: expect.objectContaining({ id: DEFAULTS.appId }), override_callback_uri },
    ]);
    await simulator.post(`${WABA}/subscribed_apps`);
    expect((await simulator.get(`${WABA}/subscribed_apps`)).data[0]).not.toHaveProperty('override_callback_uri');
    await simulator.call('DELETE', `${WABA}/subscribed_apps`);
    expect((await simulator.get(`${WABA}/subscribed_apps`)).data).toEqual([]);
  });

  it('tells its health and that of its numbers: the worst decides', async () => {
    const { simulator } = await start();
    expect((await simulator.get(`${PHONE}?fields=health_status`)).health_status).toMatchObject({
      can_send_message: 'AVAILABLE',
      entities: [
        { entity_type: 'PHONE_NUMBER' },
        { entity_type: 'WABA' },
        { entity_type: 'BUSINESS' },
        { entity_type: 'APP' },
      ],
    });
    const errors = [
      {
        error_code: 141006,
        error_description: 'There is an error with the payment method.',
        possible_solution: 'Pay.',
      },
    ];
    await simulator.post(`/_simulator/wabas/${DEFAULTS.wabaId}`, { health: { can_send_message: 'BLOCKED', errors } });
    const { health_status } = await simulator.get(`${PHONE}?fields=health_status`);
    expect(health_status.can_send_message).toBe('BLOCKED');
    expect(health_status.entities[1]).toEqual({
      entity_type: 'WABA',
      id: DEFAULTS.wabaId,
      can_send_message: 'BLOCKED',
      errors,
    });
  });

  it('is locked and unlocked by the control API, and the business is told', async () => {
    const { simulator, callback } = await start();
    await simulator.post(`/_simulator/wabas/${DEFAULTS.wabaId}`, { lock: 131031 });
    expect((await simulator.get(`/_simulator/wabas/${DEFAULTS.wabaId}`)).lock).toEqual({ code: 131031 });
    await simulator.post(`/_simulator/wabas/${DEFAULTS.wabaId}`, { lock: null });
    await simulator.get('/_simulator/idle');
    expect(
      callback.changes.map(({ value }) => (value.ban_info as { waba_ban_state: string }).waba_ban_state).sort(),
    ).toEqual(['DISABLE', 'REINSTATE']);
  });

  it('names every mistake of a control call and of a scenario', async () => {
    const { simulator } = await start();
    const answer = await simulator.call('POST', `/_simulator/wabas/${DEFAULTS.wabaId}`, {
      lock: 5,
      colour: 1,
      verified: 'yes',
    });
    expect(answer.body.problems).toHaveLength(3);
    const scenario = { accounts: { 12: {} }, tokens: [{}], templates: [{ name: 'A' }] };
    const refusal: Error = await startSimulator({ scenario }).then(
      () => new Error('started'),
      (error) => error,
    );
    for (const place of ['accounts.12', 'tokens[0].token', 'templates[0].name'])
      expect(refusal.message).toContain(place);
  });
});

describe('the portfolio', () => {
  it('has a name and its accounts', async () => {
    const { simulator } = await start({ wabas: [{ id: '77' }] });
    expect(await simulator.get(`/v25.0/${DEFAULTS.businessId}`)).toEqual({
      id: DEFAULTS.businessId,
      name: 'Lucky Shrub',
    });
    const owned = await simulator.get(`/v25.0/${DEFAULTS.businessId}/owned_whatsapp_business_accounts`);
    expect(owned.data.map(({ id }: { id: string }) => id)).toEqual([DEFAULTS.wabaId, '77']);
  });
});
