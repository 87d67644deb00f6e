import type { Random } from '../chance/random.js';
import type { LimitSettings } from '../limits/limit-settings.js';
import type { MarketingCap } from '../limits/marketing-cap.js';
import type { Cell } from '../state/stateful.js';
import type { BehaviourSettings } from './behaviour-settings.js';
import { filesOf } from './files.js';
import type { People } from './people.js';
import type { Fate } from './send-rules.js';

const isMarketing = (category: string | undefined): boolean => category === 'MARKETING';

/** Codes that everything of an account or number fails with, as the behaviour says. */
export const failingSenders =
  (behaviour: Cell<BehaviourSettings>): Fate =>
  ({ number }) =>
    behaviour.current.failed[number.id] ?? behaviour.current.failed[number.wabaId];

/** Free-form messages need an open customer service window (131047); templates and groups do not. */
export const closedWindow =
  (behaviour: Cell<BehaviourSettings>, people: People): Fate =>
  ({ number, message, user, atMs }) =>
    behaviour.current.strict_window &&
    message.kind !== 'template' &&
    message.groupId === undefined &&
    !people.isWindowOpen(number.id, user, atMs)
      ? 131047
      : undefined;

/** Who has stopped marketing messages gets none (131050). */
export const optedOut =
  (people: People): Fate =>
  ({ category, user }) =>
    isMarketing(category) && people.hasOptedOut(user) ? 131050 : undefined;

/** No marketing to numbers of +1 (131049), when the behaviour says so. */
export const stoppedInUs =
  (behaviour: Cell<BehaviourSettings>): Fate =>
  ({ category, message }) =>
    behaviour.current.us_marketing_stopped && isMarketing(category) && message.waId?.startsWith('1')
      ? 131049
      : undefined;

/** A person gets only so much marketing outside the window (131049); inside it is not counted. */
export const cappedMarketing =
  (limits: Cell<LimitSettings>, cap: MarketingCap, people: People): Fate =>
  ({ category, number, user, atMs }) => {
    const setting = limits.current.marketing_per_user;
    if (setting === 'off' || !isMarketing(category) || people.isWindowOpen(number.id, user, atMs)) return undefined;
    return cap.allows(user, setting, atMs) ? undefined : 131049;
  };

/** Some people are part of Meta's marketing experiment (130472). */
export const experiment =
  (behaviour: Cell<BehaviourSettings>, random: Random): Fate =>
  ({ category }) => {
    const share = behaviour.current.experiment;
    return share > 0 && isMarketing(category) && random.chance(share) ? 130472 : undefined;
  };

/** Hosts in .invalid never resolve (RFC 2606). */
const UNREACHABLE = /^https?:\/\/[^/?#]*\.invalid(?:[:/?#]|$)/i;

/** Links that cannot be fetched (131053). */
export const brokenLinks =
  (behaviour: Cell<BehaviourSettings>): Fate =>
  ({ message }) => {
    const { broken_links } = behaviour.current;
    const isBroken = (link: string) => UNREACHABLE.test(link) || broken_links.some((start) => link.startsWith(start));
    return filesOf(message).some(({ link }) => link !== undefined && isBroken(link)) ? 131053 : undefined;
  };
