import type { Accounts } from '../assets/accounts.js';
import { DEFAULTS, type PlatformState } from '../assets/platform-state.js';
import type { Clock } from '../clock/clock.js';
import type { Timers } from '../clock/timers.js';
import type { ScenarioReader } from '../scenario/scenario-reader.js';
import type { StateKeeper } from '../state/state-keeper.js';
import { fieldUpdate } from '../webhooks/envelope.js';
import type { WebhookSender } from '../webhooks/webhook-sender.js';
import type { Template } from './template.js';
import { type DueTemplate, TemplateDesk } from './template-desk.js';
import { type BornTemplate, readBornTemplate, readTemplateRules } from './template-input.js';
import { IDLE_MS } from './template-life.js';
import { type TemplateLookup, templateLookup } from './template-lookup.js';
import { TemplatePacing } from './template-pacing.js';
import { TemplateFeedback } from './template-quality.js';
import { TemplateStore } from './template-store.js';

/** What templates are made from: the parts of the world that are there before its modules. */
export interface TemplateGround {
  readonly accounts: Accounts;
  readonly assets: PlatformState;
  readonly clock: Clock;
  readonly scenario: ScenarioReader;
  readonly state: StateKeeper;
  readonly timers: Timers;
  readonly timeScale: number;
  readonly webhooks: WebhookSender;
}

/** Everything about templates: what sends ask (`lookup`), and what the module puts into Graph and the control API. */
export interface Templates extends TemplateLookup {
  readonly desk: TemplateDesk;
  readonly feedback: TemplateFeedback;
  bear(born: BornTemplate): Template;
}

/** Makes the templates of a platform, with those of its scenario. */
export function makeTemplates(ground: TemplateGround): Templates {
  const { accounts, clock, scenario, state, timers, timeScale, webhooks } = ground;
  const rules = scenario.section('template_rules', readTemplateRules);
  const born = scenario.section('templates', (check, json, path) =>
    check.array(json, path).flatMap((item, i) => readBornTemplate(check, item, `${path}[${i}]`, DEFAULTS.wabaId) ?? []),
  );
  const startTimer = timers.define<DueTemplate>('template', (due) => desk.run(due));
  const store = new TemplateStore();
  const feedback = state.keep('templates.feedback', new TemplateFeedback());
  const pacing = state.keep(
    'templates.pacing',
    new TemplatePacing({ first: rules.pacingFirst, decideAfterMs: rules.pacingDecideAfterMs }),
  );
  const desk = new TemplateDesk({
    clock,
    store,
    feedback,
    pacing,
    startTimer,
    announce: (wabaId, { field, value }) => webhooks.emit(fieldUpdate(field, wabaId, value, clock())),
    isVerified: (wabaId) => accounts.wabaOf(wabaId).isVerified,
    reviewMs: () => (rules.reviewMs === undefined ? undefined : rules.reviewMs * timeScale),
    isQualityLive: rules.isQualityLive,
    pacingDecideAfterMs: rules.pacingDecideAfterMs,
  });
  const bear = ({ wabaId, content, status, quality }: BornTemplate): Template => {
    const atMs = clock();
    const due = status === 'APPROVED' ? [{ kind: 'archive' as const, atMs: atMs + IDLE_MS }] : [];
    const template = store.add(wabaId, content, atMs, { status, quality: { score: quality, atMs }, due });
    for (const change of due) startTimer(change.atMs - atMs, { id: template.id, ...change });
    return template;
  };
  const bearAll = (): void => {
    for (const template of born) bear(template);
  };
  state.keep('templates', {
    // Runs after the timers were emptied, which are put into the state before all modules.
    reset: () => {
      store.reset();
      bearAll();
    },
    save: () => store.save(),
    load: (saved) => store.load(saved),
  });
  bearAll();
  return { ...templateLookup(desk), desk, feedback, bear };
}
