import type { Cell } from '../state/stateful.js';
import type { BehaviourSettings } from './behaviour-settings.js';
import type { Gate } from './send-rules.js';

/** Payment problems stop templates alone: everything else is free (cloud-api.md §1.6). */
const PAYMENT = 131042;

/** Accounts and numbers that may not send, as the behaviour says: locked, restricted, not registered, not paying. */
export const refusedSenders =
  (behaviour: Cell<BehaviourSettings>): Gate =>
  ({ number, message }) => {
    const { refused } = behaviour.current;
    const code = refused[number.id] ?? refused[number.wabaId];
    if (code === undefined || (code === PAYMENT && message.kind !== 'template')) return undefined;
    return { code };
  };

/** Marketing that has to go through the API of its own. */
export const marketingDetour =
  (behaviour: Cell<BehaviourSettings>): Gate =>
  ({ api, category }) =>
    behaviour.current.marketing_only_by_its_api && api === 'messages' && category === 'MARKETING'
      ? { code: 131063 }
      : undefined;
