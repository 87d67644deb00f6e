import { DONE } from '../control/control-registry.js';
import { json } from '../http/reply.js';
import { Checker } from '../scenario/check.js';
import type { World } from '../world.js';
import { lockNotice } from './account-notices.js';
import { readWabaChange, WABA_MEMBERS } from './record-input.js';

/**
 * `POST /_simulator/wabas/{id}` changes an account (lock, payment, verification, health …), `GET` shows it;
 * `GET /_simulator/phone_numbers/{id}` shows a number with the code it was last sent.
 */
export function accountCalls({ accounts, assets, clock, control, webhooks }: World): void {
  control.on('POST /_simulator/wabas/{id}', ({ body, params }) => {
    const check = new Checker();
    const fields = check.object(body, 'body', [...WABA_MEMBERS, 'silent']);
    const change = readWabaChange(check, fields, 'body');
    const isSilent = check.boolean(fields.silent, 'silent') ?? false;
    check.done();
    const waba = assets.wabas.get(params.id as string);
    if (!waba) return json({ error: `no WABA ${params.id}` }, 404);
    const record = accounts.wabaOf(waba.id);
    Object.assign(record, change);
    if ('lock' in change && !isSilent) webhooks.emit(lockNotice(waba.id, record, clock()));
    return DONE;
  });
  control.on('GET /_simulator/wabas/{id}', ({ params }) => {
    const waba = assets.wabas.get(params.id as string);
    return waba
      ? json({ id: waba.id, subscribed: waba.subscribed, ...accounts.wabaOf(waba.id) })
      : json({ error: `no WABA ${params.id}` }, 404);
  });
  control.on('GET /_simulator/phone_numbers/{id}', ({ params }) => {
    const number = assets.numbers.get(params.id as string);
    if (!number) return json({ error: `no phone number ${params.id}` }, 404);
    const { blocked, ...record } = accounts.phoneOf(number.id);
    const { throughput: _, ...rest } = number;
    return json({ ...rest, ...record, blocked: [...blocked.keys()] });
  });
}
