import { DEFAULTS } from '../assets/platform-state.js';
import { toSeconds } from '../clock/clock.js';
import { DONE } from '../control/control-registry.js';
import { json } from '../http/reply.js';
import { isUserId } from '../messages/address.js';
import { Checker } from '../scenario/check.js';
import type { World } from '../world.js';
import { digitsOf } from './faults.js';

const DETAILS = {
  stop: 'User requested to stop marketing messages',
  resume: 'User requested to resume marketing messages',
} as const;

/**
 * `POST /_simulator/people/{user}`: what somebody thinks of a business – `marketing_messages` stop or resume, which is
 * told as `user_preferences`, and the hash of the identity.
 */
export function peopleCalls({ control, people, assets, webhooks, clock }: World): void {
  control.on('POST /_simulator/people/{user}', ({ body, params }) => {
    const check = new Checker();
    const given = params.user as string;
    const user = isUserId(given) ? given : digitsOf(given);
    const fields = check.object(body, 'body', ['marketing_messages', 'identity_key_hash', 'phone_number_id']);
    const { marketing_messages: value } = fields;
    if (value !== undefined && value !== 'stop' && value !== 'resume')
      check.fail('marketing_messages', 'must be stop or resume');
    const identity = check.string(fields.identity_key_hash, 'identity_key_hash');
    const id = check.string(fields.phone_number_id, 'phone_number_id') ?? DEFAULTS.phoneNumberId;
    const number = assets.numbers.get(id);
    if (!number) check.fail('phone_number_id', `${id} does not exist`);
    check.done();
    if (!number) return json({});
    if (identity !== undefined) people.setIdentity(user, identity);
    if (value === 'stop' || value === 'resume') {
      people.setOptedOut(user, value === 'stop');
      const who = isUserId(user) ? { user_id: user } : { wa_id: user };
      const atMs = clock();
      const preference = {
        ...who,
        detail: DETAILS[value],
        category: 'marketing_messages',
        value,
        timestamp: toSeconds(atMs),
      };
      webhooks.emit({
        wabaId: number.wabaId,
        field: 'user_preferences',
        body: {
          messaging_product: 'whatsapp',
          metadata: { display_phone_number: number.digits, phone_number_id: number.id },
          contacts: [who],
          user_preferences: [preference],
        },
      });
    }
    return DONE;
  });
}
