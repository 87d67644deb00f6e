import { beforeAll, expect, it } from '@jest/globals';
import type { PoolView } from '../../src/accounts/pools.dto.js';
import { aRecipient, aTextMessage } from '../support/factories.js';
import { describeWithNats } from '../support/nats.js';
import type { Outcome } from '../support/transports/outcome.js';
import { ThreeWires } from '../support/transports/three-wires.js';
import { LATER } from './operations.js';

const CREATE = { name: 'AccountsService.CreatePool', route: 'POST /v1/pools' } as const;
const SEND = { name: 'MessagingService.Send', route: 'POST /v1/messages' } as const;
const BATCH = { name: 'MessagingService.BatchSend', route: 'POST /v1/messages/batch' } as const;
const CHECK = { name: 'RateLimitService.Check', route: 'POST /v1/rate_limits/check' } as const;

describeWithNats('number pools, on three wires,', () => {
  let wires: ThreeWires;
  let numbers: string[];
  let pool: PoolView;

  beforeAll(async () => {
    wires = await ThreeWires.start({ simulator: { phoneNumbers: 3 } });
    const { api } = wires.stack;
    const { body } = await api.get<{ phone_numbers: { phone_number_id: string }[] }>('/v1/phone_numbers');
    numbers = body.phone_numbers.map((n) => n.phone_number_id);
    const asked = { name: 'Campaigns', phone_number_ids: numbers };
    pool = (await api.call<PoolView>('POST', '/v1/pools', { body: asked })).body;
  });

  const all = async (operation: Parameters<ThreeWires['callAll']>[0], data: object): Promise<Outcome[]> => {
    const { http, grpc, nats } = await wires.callAll(operation, () => data);
    // The protos cannot say an empty list.
    return [http, nats, ...(grpc === null ? [] : [grpc])];
  };
  const aMessage = (to: string) => aTextMessage({ phone_number_id: undefined, pool_id: pool.id, to, ...LATER });

  it('send to one person from one number, and say which: alone, in a batch and when it is only asked', async () => {
    expect(numbers).toHaveLength(3);
    const message = aMessage(aRecipient());
    const checked = await all(CHECK, { messages: [message] });
    const sent = await all(SEND, message);
    const batched = await all(BATCH, { messages: [message] });
    const [first] = sent as { value?: { phone_number_id?: string } }[];
    const phone_number_id = first?.value?.phone_number_id ?? '';
    expect(numbers).toContain(phone_number_id);
    for (const o of sent) expect(o).toMatchObject({ ok: true, value: { phone_number_id, pool_id: pool.id } });
    for (const o of [...checked, ...batched]) {
      expect(o).toMatchObject({ ok: true, value: { results: [{ phone_number_id }] } });
    }
  });

  it('have between 1 and 50 numbers of the portfolio, each once, and a name', async () => {
    const many = Array.from({ length: 51 }, (_, i) => String(i + 1));
    const [one = ''] = numbers;
    const faults: [object, string][] = [
      [{ name: 'x', phone_number_ids: [] }, '/phone_number_ids'],
      [{ name: 'x', phone_number_ids: many }, '/phone_number_ids'],
      [{ name: 'x', phone_number_ids: [one, one] }, '/phone_number_ids'],
      [{ name: 'x', phone_number_ids: [one, '1'] }, '/phone_number_ids/1'],
      [{ name: '', phone_number_ids: [one] }, '/name'],
      [{ name: 'Campaigns', phone_number_ids: [one] }, '/name'],
    ];
    for (const [data, pointer] of faults) {
      for (const o of await all(CREATE, data)) {
        expect(o).toMatchObject({ ok: false, code: 'invalid_request', fields: [expect.objectContaining({ pointer })] });
      }
    }
  });
});
