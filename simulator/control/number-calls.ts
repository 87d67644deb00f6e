import { isCoexistence, type PhoneNumber } from '../assets/platform-state.js';
import { PHONE_MEMBERS, readPhoneChange } from '../assets/record-input.js';
import { json } from '../http/reply.js';
import { Checker } from '../scenario/check.js';
import { fieldUpdate } from '../webhooks/envelope.js';
import type { World } from '../world.js';
import { DONE } from './control-registry.js';

/** `POST /_simulator/phone_numbers/{id}`: changes what a number may do; a change of `mps` is announced unless silent. */
export function numberCalls({ accounts, control, assets, webhooks, clock }: World): void {
  control.on('POST /_simulator/phone_numbers/{id}', ({ body, params }) => {
    const check = new Checker();
    const known = ['mps', 'quality_rating', 'silent', 'is_on_biz_app', ...PHONE_MEMBERS];
    const fields = check.object(body, 'body', known);
    const mps = check.number(fields.mps, 'mps', [1, 100_000]);
    const qualityRating = check.string(fields.quality_rating, 'quality_rating');
    const isSilent = check.boolean(fields.silent, 'silent') ?? false;
    const isOnBizApp = check.boolean(fields.is_on_biz_app, 'is_on_biz_app');
    const change = readPhoneChange(check, fields, 'body', clock());
    check.done();
    const number = assets.numbers.get(params.id as string);
    if (!number) return json({ error: `no phone number ${params.id}` }, 404);
    Object.assign(accounts.phoneOf(number.id), change);
    if (qualityRating !== undefined) number.qualityRating = qualityRating;
    if (mps !== undefined) {
      number.mps = mps;
      number.isOnBizApp = isCoexistence(mps);
      if (!isSilent) {
        webhooks.emit(fieldUpdate('phone_number_quality_update', number.wabaId, upgradeOf(number), clock()));
      }
    }
    if (isOnBizApp !== undefined) number.isOnBizApp = isOnBizApp;
    return DONE;
  });
}

const upgradeOf = (number: PhoneNumber) => ({
  display_phone_number: number.digits,
  event: 'THROUGHPUT_UPGRADE',
  max_daily_conversations_per_business: 'TIER_UNLIMITED',
});
