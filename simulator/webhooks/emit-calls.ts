import { DEFAULTS, type PhoneNumber } from '../assets/platform-state.js';
import { toSeconds } from '../clock/clock.js';
import { json } from '../http/reply.js';
import { Checker } from '../scenario/check.js';
import { digitsOf } from '../sends/faults.js';
import { wamidOf } from '../sends/wamid.js';
import type { World } from '../world.js';
import { fieldUpdate } from './envelope.js';
import { SAMPLES } from './samples/samples.js';
import type { Subject } from './samples/subject.js';

/** Webhooks that one call may produce; as many as fit into one body. */
const MOST = 1000;

const KNOWN = ['field', 'sample', 'value', 'waba_id', 'phone_number_id', 'user', 'count', 'delay_ms'];

/**
 * `POST /_simulator/webhooks/emit` produces any webhook: `{field, value}` as given, or a `sample` of the field;
 * `GET /_simulator/webhooks/samples` lists them.
 */
export function emitCalls({ control, assets, clock, settings, state, webhooks }: World): void {
  const emitted = state.cell('emitted', () => ({ count: 0 }));
  const subjectOf = (number: PhoneNumber, user: string): Subject => ({
    wabaId: number.wabaId,
    phoneNumberId: number.id,
    digits: number.digits,
    businessId: DEFAULTS.businessId,
    user,
    userId: 'US.13491208655302741918',
    wamid: wamidOf(user, [settings.seed, 'emitted', ++emitted.current.count, clock()]),
    seconds: toSeconds(clock()),
  });
  control.on('GET /_simulator/webhooks/samples', () => {
    return json(Object.fromEntries(Object.entries(SAMPLES).map(([field, samples]) => [field, Object.keys(samples)])));
  });
  control.on('POST /_simulator/webhooks/emit', ({ body }) => {
    const check = new Checker();
    const root = check.object(body, 'body', KNOWN);
    const field = check.string(root.field, 'field') ?? '';
    if (root.field === undefined) check.fail('field', 'is required');
    const samples = Object.hasOwn(SAMPLES, field) ? SAMPLES[field] : undefined;
    if (root.value === undefined && field !== '' && !samples)
      check.fail('field', `${field} has no samples; give a value`);
    const name = check.string(root.sample, 'sample') ?? Object.keys(samples ?? {})[0] ?? '';
    if (samples && !Object.hasOwn(samples, name)) {
      check.fail('sample', `must be one of ${Object.keys(samples).join(', ')}`);
    }
    const number = assets.numbers.get(check.string(root.phone_number_id, 'phone_number_id') ?? DEFAULTS.phoneNumberId);
    if (!number) check.fail('phone_number_id', 'does not exist');
    const wabaId = check.string(root.waba_id, 'waba_id') ?? number?.wabaId ?? '';
    const user = digitsOf(check.string(root.user, 'user') ?? '16505551234');
    const count = check.number(root.count, 'count', [1, MOST]) ?? 1;
    const delayMs = check.number(root.delay_ms, 'delay_ms', [0, 31_536_000_000]) ?? 0;
    check.done();
    if (!number) return json({});
    for (let i = 0; i < count; i++) {
      const value = root.value ?? samples?.[name]?.(subjectOf(number, user));
      const update = fieldUpdate(field, wabaId, value, clock() + delayMs);
      webhooks.emit(field === 'messages' ? { ...update, timeSeconds: undefined } : update, delayMs);
    }
    return json({ emitted: count, field, ...(root.value === undefined ? { sample: name } : {}) });
  });
}
