import { DEFAULTS } from '../assets/platform-state.js';
import { toSeconds } from '../clock/clock.js';
import { graphRefusal } from '../graph/graph-error.js';
import { refused } from '../graph/graph-router.js';
import { invalidParameter } from '../graph/invalid-parameter.js';
import { cursorOf, isRefusedPage, pageOf } from '../graph/paging.js';
import type { NodeType } from '../graph/registry.js';
import { json } from '../http/reply.js';
import type { World } from '../world.js';
import { type HistoryEntry, type HistoryEvent, MessageHistory } from './message-history.js';

const STATUSES = ['SENT', 'DELIVERED', 'READ', 'FAILED', 'DELETED'];

/** `message_history` of a number and the events of one entry, in the shapes of Meta's OpenAPI (§4.2: unverified outside it). */
export function historyModule({ accounts, assets, graph, state, traffic, webhooks }: World): void {
  const history = state.keep('history', new MessageHistory());
  traffic.on('status', (change) => history.note(change));
  const node: NodeType<HistoryEntry> = {
    name: 'WhatsAppMessageHistory',
    find: (id) => history.get(id),
    wabaIdOf: ({ wabaId }) => wabaId,
  };
  const callbackOf = ({ phoneNumberId, wabaId }: HistoryEntry) =>
    accounts.callbackOf(phoneNumberId, wabaId) ?? webhooks.callback;
  graph.on(assets.phoneNode, [
    {
      method: 'GET',
      edge: 'message_history',
      budget: 'management',
      answer: ({ request }, number) => {
        const wamid = request.query.get('message_id');
        if (wamid !== null && !wamid.startsWith('wamid.')) {
          return refused(
            invalidParameter({ field: 'message_id', rule: 'Invalid parameter: message_id format is invalid' }),
          );
        }
        const found = history.of(number.id, wamid);
        if (wamid !== null && found.length === 0) {
          return refused(graphRefusal(100, 'The requested message_id was not found in the message history'));
        }
        const page = pageOf(found, request);
        if (isRefusedPage(page)) return refused(page);
        const data = page.items.map((entry) => ({
          id: entry.id,
          message_id: entry.wamid,
          events: { data: entry.events.map((event) => eventOf(event, callbackOf(entry))) },
        }));
        return json({ data, ...page.paging });
      },
    },
  ]);
  graph.on(node, [
    {
      method: 'GET',
      edge: 'events',
      budget: 'management',
      answer: ({ request }, entry) => {
        const wanted = request.query.get('status_filter');
        if (wanted !== null && !STATUSES.includes(wanted)) {
          return refused(
            invalidParameter({ field: 'status_filter', rule: `status_filter must be one of ${STATUSES.join(', ')}` }),
          );
        }
        const page = pageOf(
          entry.events.filter(({ status }) => wanted === null || status === wanted),
          request,
        );
        if (isRefusedPage(page)) return refused(page);
        return json({ data: page.items.map(edgeOf), ...page.paging });
      },
    },
  ]);
}

const eventOf = ({ id, status, atMs, code }: HistoryEvent, callback: string | undefined) => ({
  id,
  delivery_status: status,
  timestamp: toSeconds(atMs),
  application: { id: DEFAULTS.appId },
  ...(callback === undefined ? {} : { webhook_uri: callback }),
  ...(code === undefined ? {} : { error_description: `Error ${code}` }),
});

const edgeOf = ({ id, status, atMs, code }: HistoryEvent) => ({
  cursor: cursorOf(id),
  node: {
    id,
    delivery_status: status,
    occurrence_timestamp: toSeconds(atMs),
    status_timestamp: toSeconds(atMs),
    application: { id: DEFAULTS.appId, name: DEFAULTS.businessName },
    ...(code === undefined ? {} : { error_description: `Error ${code}` }),
  },
});
