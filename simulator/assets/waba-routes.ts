import { insightsRefusal } from '../analytics/template-analytics.js';
import type { GraphCall } from '../graph/call.js';
import { type NodeFields, readNode, selectFields } from '../graph/fields.js';
import { refused } from '../graph/graph-router.js';
import { invalidParameter } from '../graph/invalid-parameter.js';
import { isRefusedPage, pageOf } from '../graph/paging.js';
import type { NodeRoute } from '../graph/registry.js';
import { json, type Reply } from '../http/reply.js';
import type { Accounts } from './accounts.js';
import { type Challenger, verifiedOverride } from './callback-override.js';
import { DEFAULTS, type PhoneNumber, type PlatformState, type Waba } from './platform-state.js';

/** What the routes of accounts work with. */
export interface WabaRouteParts {
  readonly assets: PlatformState;
  readonly accounts: Accounts;
  readonly fields: () => NodeFields<Waba>;
  readonly phoneFields: NodeFields<PhoneNumber>;
  readonly challenge: Challenger;
}

const SUCCESS: Reply = json({ success: true });

type Fields = Readonly<Record<string, unknown>>;
const fieldsOf = (body: unknown): Fields => (typeof body === 'object' && body !== null ? (body as Fields) : {});

/** Operations on an account, but for its templates and analytics. */
export function wabaRoutes(parts: WabaRouteParts): readonly NodeRoute<Waba>[] {
  const { accounts, fields } = parts;
  const budget = 'management';
  return [
    {
      method: 'GET',
      edge: '',
      budget,
      answer: ({ request }, waba) => readNode(waba, fields(), request.query.get('fields')),
    },
    { method: 'POST', edge: '', budget, answer: (call, waba) => changeAccount(call, accounts, waba) },
    { method: 'GET', edge: 'phone_numbers', budget, answer: (call, waba) => phoneNumbers(call, parts, waba) },
    {
      method: 'GET',
      edge: 'subscribed_apps',
      budget,
      answer: (_call, waba) => json({ data: waba.subscribed ? [subscription(accounts, waba)] : [] }),
    },
    {
      method: 'POST',
      edge: 'subscribed_apps',
      budget,
      answer: ({ body }, waba) => subscribe(parts, waba, fieldsOf(body)),
    },
    {
      method: 'DELETE',
      edge: 'subscribed_apps',
      budget,
      answer: (_call, waba) => {
        waba.subscribed = false;
        delete accounts.wabaOf(waba.id).overrideUri;
        return SUCCESS;
      },
    },
  ];
}

function subscription(accounts: Accounts, { id }: Waba): unknown {
  const { overrideUri } = accounts.wabaOf(id);
  return {
    whatsapp_business_api_data: {
      id: DEFAULTS.appId,
      link: `https://www.facebook.com/games/?app_id=${DEFAULTS.appId}`,
      name: DEFAULTS.businessName,
    },
    ...(overrideUri === undefined ? {} : { override_callback_uri: overrideUri }),
  };
}

/** Without an override it takes away the one that was there, as Meta's page on overrides says. */
async function subscribe({ accounts, challenge }: WabaRouteParts, waba: Waba, body: Fields): Promise<Reply> {
  const record = accounts.wabaOf(waba.id);
  if (body.override_callback_uri === undefined) {
    delete record.overrideUri;
  } else {
    const override = await verifiedOverride(body, challenge);
    if ('code' in override) return refused(override);
    record.overrideUri = override.uri;
  }
  waba.subscribed = true;
  return SUCCESS;
}

/** `POST /{waba}`: name and time zone, and the switch of the insights, which comes in the query or the body. */
function changeAccount({ request, body }: GraphCall, accounts: Accounts, { id }: Waba): Reply {
  const asked: Fields = { ...Object.fromEntries(request.query), ...fieldsOf(body) };
  const record = accounts.wabaOf(id);
  if (asked.is_enabled_for_insights !== undefined) {
    if (record.insights === 'unavailable') return refused(insightsRefusal(200005));
    if (String(asked.is_enabled_for_insights) !== 'true') return refused(insightsRefusal(200006));
    record.insights = 'enabled';
    // A number and not a string here, as on Meta's page (cloud-api.md §7).
    return json({ id: Number(id) });
  }
  const { name, timezone_id: timezoneId, disable_marketing_messages_on_cloud_api: isOff } = asked;
  if (name !== undefined && !(typeof name === 'string' && name.length >= 1 && name.length <= 100)) {
    return refused(invalidParameter({ field: 'name', rule: 'name must have 1 to 100 characters' }));
  }
  if (timezoneId !== undefined && !/^\d{1,3}$/.test(String(timezoneId))) {
    return refused(invalidParameter({ field: 'timezone_id', rule: 'timezone_id must be a number of Meta’s list' }));
  }
  if (typeof name === 'string') record.name = name;
  if (timezoneId !== undefined) record.timezoneId = String(timezoneId);
  if (isOff !== undefined) record.isMarketingOffMessages = String(isOff) === 'true';
  return SUCCESS;
}

function phoneNumbers({ request }: GraphCall, { assets, phoneFields }: WabaRouteParts, { id }: Waba): Reply {
  const page = pageOf(assets.numbersOf(id), request);
  if (isRefusedPage(page)) return refused(page);
  const data: unknown[] = [];
  for (const number of page.items) {
    const selected = selectFields(number, phoneFields, request.query.get('fields'));
    if ('refusal' in selected) return refused(selected.refusal);
    data.push(selected.members);
  }
  return json({ data, ...page.paging });
}
