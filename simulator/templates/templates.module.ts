import type { NodeType } from '../graph/registry.js';
import type { World } from '../world.js';
import type { Template } from './template.js';
import { templateCalls } from './template-calls.js';
import { templateFields } from './template-fields.js';
import { templateRoutes, wabaTemplateRoutes } from './template-routes.js';

/** Templates as nodes of Graph. */
export function templatesModule({ accounts, assets, control, graph, rules, templates }: World): void {
  const { desk, feedback, bear } = templates;
  rules.useTemplates(templates);
  const node: NodeType<Template> = {
    name: 'WhatsAppMessageTemplate',
    find: (id) => desk.store.get(id),
    wabaIdOf: ({ wabaId }) => wabaId,
  };
  const fields = templateFields(({ id, wabaId, status }) =>
    accounts.healthOf(wabaId, [{ type: 'MESSAGE_TEMPLATE', id, can: status === 'APPROVED' ? 'AVAILABLE' : 'BLOCKED' }]),
  );
  graph.on(assets.wabaNode, wabaTemplateRoutes({ desk, feedback, fields }));
  graph.on(node, templateRoutes({ desk, feedback, fields }));
  templateCalls(control, desk, bear, () => [...assets.wabas.keys()].flatMap((id) => desk.store.of(id)));
}
