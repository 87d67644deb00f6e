import { readNode } from '../graph/fields.js';
import { refused } from '../graph/graph-router.js';
import { isRefusedPage, pageOf } from '../graph/paging.js';
import type { NodeType } from '../graph/registry.js';
import { json } from '../http/reply.js';
import { askChallenge } from '../webhooks/handshake.js';
import type { World } from '../world.js';
import { accountCalls } from './account-calls.js';
import { blockedUser, marketingDetour, notAllowed } from './account-gates.js';
import { nameNotice, pinNotice } from './account-notices.js';
import { phoneFields, wabaFields } from './node-fields.js';
import { phoneRoutes } from './phone-routes.js';
import { DEFAULTS } from './platform-state.js';
import { wabaRoutes } from './waba-routes.js';

/** How long the review of a display name takes. Meta says hours to days; a test moves the clock. */
const NAME_REVIEW_MS = 60_000;

/** Phone numbers, accounts and the portfolio as nodes of Graph. */
export function assetsModule(world: World): void {
  const { accounts, assets, clock, graph, random, rules, timers, webhooks } = world;
  const sources = { accounts, appCallback: () => webhooks.callback, messagingLimit: () => rules.messagingTier() };
  const fieldsOfPhone = phoneFields(sources);
  const codes = random.stream('codes');
  const startNameReview = timers.define<{ readonly id: string }>('phone.name-review', ({ id }) => {
    const number = assets.numbers.get(id);
    const record = accounts.phoneOf(id);
    if (!number || record.newName === undefined) return;
    webhooks.emit(nameNotice(number, record.newName, true, clock()));
    record.verifiedName = record.newName;
    record.nameStatus = 'APPROVED';
    delete record.newName;
    delete record.newNameStatus;
  });
  graph.on(
    assets.phoneNode,
    phoneRoutes({
      accounts,
      fields: fieldsOfPhone,
      challenge: askChallenge,
      newCode: () => String(Math.floor(codes.between(0, 1_000_000))).padStart(6, '0'),
      reviewName: ({ id }) => startNameReview(NAME_REVIEW_MS, { id }),
      announcePin: (number) => webhooks.emit(pinNotice(number, DEFAULTS.businessId, clock())),
    }),
  );
  const fields = () => wabaFields(sources);
  graph.on(
    assets.wabaNode,
    wabaRoutes({ assets, accounts, fields, phoneFields: fieldsOfPhone, challenge: askChallenge }),
  );
  graph.on(BUSINESS, [
    {
      method: 'GET',
      edge: '',
      budget: 'management',
      answer: ({ request }) => readNode(BUSINESS_NODE, businessFields(world), request.query.get('fields')),
    },
    {
      method: 'GET',
      edge: 'owned_whatsapp_business_accounts',
      budget: 'management',
      answer: ({ request }) => {
        const page = pageOf([...assets.wabas.values()], request);
        if (isRefusedPage(page)) return refused(page);
        const data = page.items.map(({ id }) => {
          const { name, currency, timezoneId } = accounts.wabaOf(id);
          return { id, name, currency, timezone_id: timezoneId };
        });
        return json({ data, ...page.paging });
      },
    },
  ]);
  accountCalls(world);
  for (const gate of [notAllowed(accounts), marketingDetour(accounts)]) rules.gate('sender', gate);
  rules.gate('recipient', blockedUser(accounts));
  webhooks.useOverrides((phoneNumberId, wabaId) => accounts.callbackOf(phoneNumberId, wabaId));
}

const BUSINESS_NODE = { id: DEFAULTS.businessId };

const BUSINESS: NodeType<typeof BUSINESS_NODE> = {
  name: 'Business',
  find: (id) => (id === DEFAULTS.businessId ? BUSINESS_NODE : undefined),
  wabaIdOf: () => DEFAULTS.wabaId,
};

const businessFields = ({ accounts, rules }: World) => ({
  nodeType: 'Business',
  unasked: ['id', 'name'],
  fields: {
    id: ({ id }: typeof BUSINESS_NODE) => id,
    name: () => DEFAULTS.businessName,
    timezone_id: () => 0,
    verification_status: () => (accounts.wabaOf(DEFAULTS.wabaId).isVerified ? 'verified' : 'not_verified'),
    whatsapp_business_manager_messaging_limit: () => rules.messagingTier(),
    health_status: () => accounts.healthOf(DEFAULTS.wabaId),
  },
});
