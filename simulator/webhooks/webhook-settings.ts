import type { Checker } from '../scenario/check.js';

/** A second app that is subscribed to every account. */
export interface ScenarioApp {
  readonly id: string;
  readonly callback_url: string;
  readonly app_secret: string;
}

/** How the platform delivers webhooks; member `webhooks` of a scenario. */
export interface WebhookSettings {
  /** POSTs at a time to each callback. */
  readonly concurrency: number;
  /** How long a delivery is repeated: 168 (7 days) as most of Meta's pages say, or 36 as one of them does. */
  readonly redelivery_hours: number;
  /** Decides shapes: before v24 statuses carry `conversation`. */
  readonly graph_version: string;
  /** Most bytes of one body. */
  readonly max_bytes: number;
  /** Apps besides the default one. */
  readonly apps: readonly ScenarioApp[];
}

/** Meta's bound of a body (cloud-api.md §4.1). */
const LARGEST_BODY = 3 * 1024 * 1024;

const DEFAULTS: WebhookSettings = {
  // Meta delivers concurrently and so in no order (cloud-api.md §4.1); how many at a time is not published.
  concurrency: 16,
  redelivery_hours: 168,
  graph_version: 'v25.0',
  max_bytes: LARGEST_BODY,
  apps: [],
};

/** Reads the member `webhooks`. */
export function readWebhookSettings(check: Checker, json: unknown, path: string): WebhookSettings {
  const root = check.object(json, path, Object.keys(DEFAULTS));
  const version = check.string(root.graph_version, `${path}.graph_version`) ?? DEFAULTS.graph_version;
  if (!/^v\d+\.\d+$/.test(version)) check.fail(`${path}.graph_version`, 'must be a version such as v25.0');
  return {
    concurrency: check.number(root.concurrency, `${path}.concurrency`, [1, 1000]) ?? DEFAULTS.concurrency,
    redelivery_hours:
      check.number(root.redelivery_hours, `${path}.redelivery_hours`, [0, 720]) ?? DEFAULTS.redelivery_hours,
    graph_version: version,
    max_bytes: check.number(root.max_bytes, `${path}.max_bytes`, [1024, LARGEST_BODY]) ?? DEFAULTS.max_bytes,
    apps: check.array(root.apps, `${path}.apps`).map((app, i) => appOf(check, app, `${path}.apps[${i}]`)),
  };
}

function appOf(check: Checker, json: unknown, path: string): ScenarioApp {
  const root = check.object(json, path, ['id', 'callback_url', 'app_secret']);
  const required = (name: 'id' | 'callback_url' | 'app_secret'): string => {
    const value = check.string(root[name], `${path}.${name}`);
    if (root[name] === undefined) check.fail(`${path}.${name}`, 'is required');
    return value ?? '';
  };
  const url = required('callback_url');
  if (url !== '' && !(/^https?:/.test(url) && URL.canParse(url)))
    check.fail(`${path}.callback_url`, 'must be an http(s) URL');
  return { id: required('id'), callback_url: url, app_secret: required('app_secret') };
}

/** Whether statuses carry `conversation` in general: up to Graph v23 (cloud-api.md §4.5). */
export const hasConversation = ({ graph_version }: WebhookSettings): boolean => Number(graph_version.slice(1)) < 24;
