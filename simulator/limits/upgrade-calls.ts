import { HIGH_MPS, type PhoneNumber } from '../assets/platform-state.js';
import { DONE } from '../control/control-registry.js';
import { json } from '../http/reply.js';
import { Checker } from '../scenario/check.js';
import { fieldUpdate } from '../webhooks/envelope.js';
import type { World } from '../world.js';
import { LONGEST_UPGRADE_MS, type Upgrades } from './upgrades.js';

/** Raises a number the way Meta does: first it is not available, then the upgrade is announced. */
export type Upgrade = (number: PhoneNumber, mps: number, lastsMs: number) => void;

/** Makes what upgrades numbers; to be called once. */
export function upgrader({ assets, timers, clock, webhooks, rules }: World, upgrades: Upgrades): Upgrade {
  const finish = timers.define<{ id: string; mps: number }>('limits.upgraded', ({ id, mps }) => {
    const number = assets.numbers.get(id);
    if (!number) return;
    number.mps = mps;
    const value = {
      display_phone_number: number.digits,
      event: 'THROUGHPUT_UPGRADE',
      max_daily_conversations_per_business: rules.messagingTier(),
    };
    webhooks.emit(fieldUpdate('phone_number_quality_update', number.wabaId, value, clock()));
  });
  return (number, mps, lastsMs) => {
    if (upgrades.isUnderWay(number.id, clock())) return;
    upgrades.begin(number.id, clock() + lastsMs);
    finish(lastsMs, { id: number.id, mps });
  };
}

/** Upgrades every number that may be and has not been: not shared with the Business app, quality not bad. */
export function upgradeAll({ assets }: Pick<World, 'assets'>, upgrade: Upgrade): void {
  for (const number of assets.numbers.values()) {
    const mayRise = number.mps < HIGH_MPS && !number.isOnBizApp && number.qualityRating !== 'RED';
    if (mayRise) upgrade(number, HIGH_MPS, LONGEST_UPGRADE_MS);
  }
}

/** `POST /_simulator/phone_numbers/{id}/upgrade`: an upgrade, to 1,000 messages a second unless told otherwise. */
export function upgradeCalls({ control, assets }: World, upgrade: Upgrade): void {
  control.on('POST /_simulator/phone_numbers/{id}/upgrade', ({ body, params }) => {
    const check = new Checker();
    const fields = check.object(body, 'body', ['mps', 'maintenance_ms']);
    const mps = check.number(fields.mps, 'mps', [1, 100_000]) ?? HIGH_MPS;
    const lastsMs =
      check.number(fields.maintenance_ms, 'maintenance_ms', [0, LONGEST_UPGRADE_MS]) ?? LONGEST_UPGRADE_MS;
    const number = assets.numbers.get(params.id as string);
    if (number?.isOnBizApp) check.fail('id', 'a number shared with the WhatsApp Business app is never upgraded');
    check.done();
    if (!number) return json({ error: `no phone number ${params.id}` }, 404);
    upgrade(number, mps, lastsMs);
    return DONE;
  });
}
