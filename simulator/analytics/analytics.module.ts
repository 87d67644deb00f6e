import { DONE } from '../control/control-registry.js';
import { refused } from '../graph/graph-router.js';
import { json } from '../http/reply.js';
import { Checker } from '../scenario/check.js';
import type { World } from '../world.js';
import { isRefusedQuery, readQuery } from './analytics-query.js';
import { EXPANSIONS } from './expansions.js';
import { insightsRefusal, isRefusedTemplateQuery, readTemplateQuery, templateReport } from './template-analytics.js';
import { TrafficCounters } from './traffic-counters.js';
import { TrafficRecorder } from './traffic-recorder.js';

/** Analytics of accounts and templates, counted from the traffic as it passes. */
export function analyticsModule(world: World): void {
  const { assets, clock, control, graph, state, templates, traffic, accounts, people } = world;
  const counters = state.keep('analytics', new TrafficCounters());
  const recorder = state.keep(
    'analytics.traffic',
    new TrafficRecorder({
      counters,
      digitsOf: (phoneNumberId) => assets.numbers.get(phoneNumberId)?.digits ?? phoneNumberId,
      isWindowOpen: (phoneNumberId, user, atMs) => people.isWindowOpen(phoneNumberId, user, atMs),
      templateOf: ({ wabaId, body }) => {
        const { name, language } =
          (body as { template?: { name?: unknown; language?: { code?: unknown } } }).template ?? {};
        return templates.find(wabaId, String(name), String(language?.code));
      },
    }),
  );
  traffic.on('accepted', (send) => recorder.accepted(send));
  traffic.on('status', (change) => {
    const told = recorder.status(change);
    const templateId = recorder.templateIdOf(change.wamid);
    if (templateId !== '') for (const kind of told) templates.hear(templateId, kind);
  });
  traffic.on('blocked', ({ wamid }) => {
    const templateId = recorder.templateIdOf(wamid);
    if (templateId !== '') templates.hear(templateId, 'blocked');
  });
  for (const [name, expansion] of Object.entries(EXPANSIONS)) {
    accounts.addField(name, (waba, selection) => {
      const query = readQuery(selection, expansion, clock());
      return isRefusedQuery(query) ? query : expansion.report(query, counters, waba.id);
    });
  }
  graph.on(assets.wabaNode, [
    {
      method: 'GET',
      edge: 'template_analytics',
      budget: 'management',
      answer: ({ request, atMs }, waba) => {
        const { insights } = accounts.wabaOf(waba.id);
        if (insights !== 'enabled') return refused(insightsRefusal(insights === 'disabled' ? 200007 : 200005));
        const knows = (id: string): boolean => templates.belongsTo(id, waba.id);
        const query = readTemplateQuery(request.query, knows, atMs);
        return isRefusedTemplateQuery(query) ? refused(query) : json(templateReport(query, counters, waba.id));
      },
    },
  ]);
  control.on('POST /_simulator/messages/{wamid}/block', ({ params }) => {
    traffic.tell('blocked', { wamid: params.wamid ?? '' });
    return DONE;
  });
  control.on('POST /_simulator/messages/{wamid}/click', ({ body, params }) => {
    const check = new Checker();
    const fields = check.object(body, 'body', ['type', 'button']);
    const type = check.string(fields.type, 'type') ?? 'quick_reply_button';
    const button = check.string(fields.button, 'button');
    if (button === undefined) check.fail('button', 'is required');
    check.done();
    recorder.click(params.wamid ?? '', type, button ?? '', clock());
    return DONE;
  });
}
