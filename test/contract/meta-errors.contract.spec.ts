import { beforeAll, expect, it } from '@jest/globals';
import { OTHER } from '../support/accounts.js';
import { describeWithNats } from '../support/nats.js';
import { ThreeWires } from '../support/transports/three-wires.js';

const MARK_READ = { name: 'MessagingService.MarkRead', route: 'POST /v1/messages/mark_read' } as const;

describeWithNats('an error of Meta’s', () => {
  let wires: ThreeWires;
  beforeAll(async () => {
    wires = await ThreeWires.start();
  });

  it('is told in Meta’s words on each of three wires', async () => {
    // Meta knows nothing of the other tenant's number.
    const data = { phone_number_id: OTHER.phoneNumberId, message_id: 'wamid.HBgLMTY1MDU1NTEyMzQ' };
    const outcomes = await wires.callAll(
      MARK_READ,
      () => data,
      () => ({ key: OTHER.keys.all }),
    );
    // Each call has a trace of its own.
    const { http, grpc, nats } = outcomes;
    const told = [http, grpc, nats].map((o) => (o?.ok === false ? { ...o, meta: { ...o.meta, fbtrace_id: '' } } : o));
    expect(told).toEqual([told[0], told[0], told[0]]);
    for (const outcome of Object.values(outcomes)) {
      const meta = { code: 100, subcode: 33, fbtrace_id: expect.stringMatching(/./) };
      expect(outcome).toMatchObject({ ok: false, code: 'meta_refused', meta });
    }
  });
});
