import type { Checker } from '../scenario/check.js';

/** How strictly the platform behaves where Meta's rules depend on what a client has told it before. */
export interface BehaviourSettings {
  /** Free-form messages outside the customer service window fail with 131047. Off: they are delivered. */
  readonly strict_window: boolean;
  /** Templates that are not in the store are refused with 132001. Off: any name goes, known templates are judged. */
  readonly strict_templates: boolean;
  /** Ids of media that were not uploaded are refused. Off: any id goes. */
  readonly strict_media: boolean;
  /** Marketing messages to numbers of +1 fail with 131049, as since April 2025. */
  readonly us_marketing_stopped: boolean;
  /** Marketing templates have to go through /marketing_messages (131063). */
  readonly marketing_only_by_its_api: boolean;
  /** Share of marketing messages that fail with 130472, from 0 to 1. */
  readonly experiment: number;
  /** Beginnings of media links that cannot be fetched (131053); links to hosts in .invalid never can. */
  readonly broken_links: readonly string[];
  /** Code that every send of an account or number is refused with, by id: 131031, 368, 131037, 133010, 131042 … */
  readonly refused: Readonly<Record<string, number>>;
  /** Code that every accepted message of an account or number fails with, by id. */
  readonly failed: Readonly<Record<string, number>>;
}

/** What existing users of the simulator rely on: everybody may be written to, with any template. */
export const DEFAULT_BEHAVIOUR: BehaviourSettings = {
  strict_window: false,
  strict_templates: false,
  strict_media: false,
  us_marketing_stopped: false,
  marketing_only_by_its_api: false,
  experiment: 0,
  broken_links: [],
  refused: {},
  failed: {},
};

/** Reads behaviour; members that are silent stay as in `base`. */
export function readBehaviour(check: Checker, json: unknown, path: string, base: BehaviourSettings): BehaviourSettings {
  const root = check.object(json, path, Object.keys(DEFAULT_BEHAVIOUR));
  const flag = (
    name: 'strict_window' | 'strict_templates' | 'strict_media' | 'us_marketing_stopped' | 'marketing_only_by_its_api',
  ) => check.boolean(root[name], `${path}.${name}`) ?? base[name];
  const codes = (name: 'refused' | 'failed') =>
    root[name] === undefined ? base[name] : codesOf(check, root[name], `${path}.${name}`);
  return {
    strict_window: flag('strict_window'),
    strict_templates: flag('strict_templates'),
    strict_media: flag('strict_media'),
    us_marketing_stopped: flag('us_marketing_stopped'),
    marketing_only_by_its_api: flag('marketing_only_by_its_api'),
    experiment: check.number(root.experiment, `${path}.experiment`, [0, 1]) ?? base.experiment,
    broken_links:
      root.broken_links === undefined
        ? base.broken_links
        : check.array(root.broken_links, `${path}.broken_links`).map(String),
    refused: codes('refused'),
    failed: codes('failed'),
  };
}

function codesOf(check: Checker, json: unknown, path: string): Record<string, number> {
  const codes: Record<string, number> = {};
  for (const [id, value] of Object.entries(check.object(json, path))) {
    const code = check.number(value, `${path}.${id}`, [1, 9_999_999]);
    if (code !== undefined) codes[id] = code;
  }
  return codes;
}
