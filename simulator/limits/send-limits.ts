import type { People } from '../sends/people.js';
import type { Attempt, SendLimit } from '../sends/send-rules.js';
import type { Cell } from '../state/stateful.js';
import type { LimitSettings } from './limit-settings.js';
import type { MessagingLimit } from './messaging-limit.js';
import type { PairLimit } from './pair-limit.js';
import type { Upgrades } from './upgrades.js';

type Settings = Cell<LimitSettings>;

/** Numbers shared with the WhatsApp Business app never get more (cloud-api.md §0.1 #5). */
const COEXISTENCE_MPS = 20;

/** What a number may send in a second, whatever it was set to. */
export const levelOf = ({ mps, isOnBizApp }: Attempt['number']): number =>
  isOnBizApp ? Math.min(mps, COEXISTENCE_MPS) : mps;

/** While a number is upgraded it takes nothing (131057). */
export const maintenance = (upgrades: Upgrades): SendLimit => ({
  refusal: ({ number, atMs }) => (upgrades.isUnderWay(number.id, atMs) ? { code: 131057 } : undefined),
  spend: () => undefined,
});

/** Messages of any sliding second, inbound included (130429). */
export const throughput = (settings: Settings): SendLimit => ({
  refusal: ({ number, atMs }) =>
    settings.current.throughput === 'on' && !number.throughput.allows(atMs, levelOf(number))
      ? { code: 130429 }
      : undefined,
  spend: ({ number, atMs }) => number.throughput.addSend(atMs),
});

/** Messages from one number to one person (131056). */
export function pairs(settings: Settings, limit: PairLimit): SendLimit {
  const pairOf = ({ number, user }: Attempt) => `${number.id}/${user}`;
  return {
    refusal: (attempt) => {
      const mode = settings.current.pair;
      return mode === 'off' || limit.allows(pairOf(attempt), attempt.atMs, mode) ? undefined : { code: 131056 };
    },
    spend: (attempt) => limit.add(pairOf(attempt), attempt.atMs),
  };
}

/** Different people reached outside the customer service window (131048, or as set). */
export const reach = (settings: Settings, limit: MessagingLimit, people: People): SendLimit => ({
  refusal: ({ number, user, atMs }) => {
    const { messaging_limit, messaging_limit_code } = settings.current;
    if (people.isWindowOpen(number.id, user, atMs) || limit.allows(user, messaging_limit, atMs)) return undefined;
    return {
      code: messaging_limit_code,
      details: `The messaging limit ${messaging_limit} of this portfolio is used up.`,
    };
  },
  spend: () => undefined,
});
