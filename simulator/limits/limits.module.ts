import { DONE } from '../control/control-registry.js';
import { json } from '../http/reply.js';
import { Checker } from '../scenario/check.js';
import { cappedMarketing } from '../sends/fates.js';
import { testRecipients } from '../sends/recipient-gates.js';
import type { Cell } from '../state/stateful.js';
import { fieldUpdate } from '../webhooks/envelope.js';
import type { World } from '../world.js';
import { CallBudgets } from './call-budgets.js';
import { DEFAULT_LIMITS, type LimitSettings, readLimits } from './limit-settings.js';
import { MarketingCap } from './marketing-cap.js';
import { MessagingLimit } from './messaging-limit.js';
import { TIERS, type Tier } from './messaging-tiers.js';
import { PairLimit } from './pair-limit.js';
import { maintenance, pairs, reach, throughput } from './send-limits.js';
import { upgradeAll, upgradeCalls, upgrader } from './upgrade-calls.js';
import { Upgrades } from './upgrades.js';

/** How long after half of a messaging limit was used the next one is given (cloud-api.md §6). */
const RISE_AFTER_MS = 6 * 3_600_000;

/** Every limit of the platform, what sets them and what tells of them. */
export function limitsModule(world: World): void {
  const { scenario, state, policies, rules, people } = world;
  const initial = scenario.section('limits', (check, value, path) => readLimits(check, value, path, DEFAULT_LIMITS));
  const settings = state.cell('limits', () => ({ ...initial }));
  policies.meter = state.keep('calls', new CallBudgets(() => callLimits(settings.current)));
  const cap = state.keep('marketing cap', new MarketingCap());
  const messagingLimit = state.keep('messaging limit', new MessagingLimit());
  const upgrades = state.keep('upgrades', new Upgrades());
  rules.gate('recipient', testRecipients(settings));
  rules.limit(maintenance(upgrades));
  rules.limit(throughput(settings));
  rules.limit(pairs(settings, state.keep('pairs', new PairLimit())));
  rules.limit(reach(settings, messagingLimit, people));
  rules.fate(cappedMarketing(settings, cap, people));
  const riseIfEarned = riser(world, settings, messagingLimit);
  const upgrade = upgrader(world, upgrades);
  rules.onDelivery(({ number, user, category, atMs }, deliveredAtMs) => {
    if (people.isWindowOpen(number.id, user, atMs)) return;
    messagingLimit.deliver(user, deliveredAtMs, settings.current.messaging_limit_rises);
    if (category === 'MARKETING' && settings.current.marketing_per_user !== 'off') cap.add(user, deliveredAtMs);
    riseIfEarned();
    const { throughput_rises_at, messaging_limit } = settings.current;
    const isEndless = TIERS[messaging_limit] === Number.POSITIVE_INFINITY;
    if (isEndless && messagingLimit.usedAt(atMs) >= throughput_rises_at) upgradeAll(world, upgrade);
  });
  rules.messagingTier = () => settings.current.messaging_limit;
  limitCalls(world, settings, messagingLimit);
  upgradeCalls(world, upgrade);
}

const callLimits = (settings: LimitSettings) => ({
  management: settings.management_calls_per_hour,
  messaging: settings.messaging_calls_per_hour,
  app: settings.app_calls_per_hour,
  managementCode: settings.management_code,
});

/** `GET` and `POST /_simulator/limits`: shows and changes limits while the platform runs. */
function limitCalls(world: World, settings: Cell<LimitSettings>, limit: MessagingLimit): void {
  const { control, clock } = world;
  control.on('GET /_simulator/limits', () =>
    json({ ...shown(settings.current), messaging_limit_used: limit.usedAt(clock()) }),
  );
  control.on('POST /_simulator/limits', ({ body }) => {
    const check = new Checker();
    const changed = readLimits(check, body, 'body', settings.current);
    check.done();
    const before = settings.current.messaging_limit;
    Object.assign(settings.current, changed);
    if (changed.messaging_limit !== before) announceTier(world, changed.messaging_limit);
    return DONE;
  });
}

const shown = (settings: LimitSettings) =>
  Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [name, value === Number.POSITIVE_INFINITY ? 'off' : value]),
  );

/** Raises the messaging limit by itself, six hours after it was earned, one level at a time. */
function riser(
  { state, timers, clock, assets, ...world }: World,
  settings: Cell<LimitSettings>,
  limit: MessagingLimit,
) {
  const rise = state.cell('messaging limit rise', () => ({ isUnderWay: false }));
  const isGood = () => [...assets.numbers.values()].every(({ qualityRating }) => qualityRating === 'GREEN');
  const start = timers.define<{ tier: Tier }>('limits.rise', ({ tier }) => {
    rise.current.isUnderWay = false;
    if (!isGood()) return;
    Object.assign(settings.current, { messaging_limit: tier });
    announceTier({ clock, assets, webhooks: world.webhooks }, tier);
  });
  return () => {
    const { messaging_limit, messaging_limit_rises } = settings.current;
    if (!messaging_limit_rises || rise.current.isUnderWay || !isGood()) return;
    const tier = limit.earnedAt(messaging_limit, clock());
    if (!tier) return;
    rise.current.isUnderWay = true;
    start(RISE_AFTER_MS, { tier });
  };
}

/** Tells every account of the portfolio's limit. */
function announceTier({ assets, webhooks, clock }: Pick<World, 'assets' | 'webhooks' | 'clock'>, tier: Tier): void {
  const isEndless = TIERS[tier] === Number.POSITIVE_INFINITY;
  const value = { max_daily_conversations_per_business: isEndless ? -1 : TIERS[tier], max_phone_numbers_per_waba: 25 };
  for (const wabaId of assets.wabas.keys())
    webhooks.emit(fieldUpdate('business_capability_update', wabaId, value, clock()));
}
