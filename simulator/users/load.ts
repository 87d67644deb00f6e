import { type PhoneNumber } from '../assets/platform-state.js';
import { toSeconds } from '../clock/clock.js';
import { DONE } from '../control/control-registry.js';
import { json } from '../http/reply.js';
import { Checker } from '../scenario/check.js';
import { priceOf } from '../sends/price.js';
import { statusBody } from '../sends/statuses.js';
import { statusUpdate } from '../webhooks/envelope.js';
import { hasConversation } from '../webhooks/webhook-settings.js';
import type { World } from '../world.js';
import type { Population } from './population.js';

/** A flow of webhooks that nobody has to send messages for; member `load` of a scenario. */
export interface LoadProfile {
  /** Messages per second that the business is taken to send: each gets sent, delivered and read. */
  readonly sends_per_second: number;
  /** Messages per second that people write. */
  readonly inbound_per_second: number;
  /** How long, in platform time; 0: until told otherwise. */
  readonly seconds: number;
}

interface LoadState {
  readonly profile: LoadProfile;
  readonly startedAtMs: number;
  /** Messages told of since the start. */
  sends: number;
  inbound: number;
  /** Rises with every change, so that the ticks of a former profile end. */
  readonly round: number;
}

const NONE: LoadProfile = { sends_per_second: 0, inbound_per_second: 0, seconds: 0 };
/** Fine enough that a thousand messages a second do not come in visible bunches. */
const TICK_MS = 10;
/** What is flowing are campaigns. */
const PRICE = priceOf({ api: 'messages', category: 'MARKETING' }, false);
/** A status after the one before it, in platform time. */
const STATUS_GAP_MS = [40, 400, 2000] as const;
const STATUSES = ['sent', 'delivered', 'read'] as const;

interface StatusTimer {
  readonly wamid: string;
  readonly waId: string;
  readonly numberId: string;
  readonly step: number;
}

/** `load` of the scenario, and `GET` and `POST /_simulator/load`. */
export function loadProfile(world: World, population: Population): void {
  const { scenario, state, timers, clock, control, settings, webhooks, assets } = world;
  const initial = scenario.section('load', (check, json, path) => readLoad(check, json, path));
  let current: LoadState = { profile: NONE, startedAtMs: 0, sends: 0, inbound: 0, round: 0 };
  const tellStatus = timers.define<StatusTimer>('load.status', (timer) => {
    const number = assets.numbers.get(timer.numberId);
    if (!number) return;
    const status = STATUSES[timer.step] as (typeof STATUSES)[number];
    const facts = { wamid: timer.wamid, recipientId: timer.waId, callbackData: null, isToGroup: false, pricing: PRICE };
    const planned = { status, happensAfterMs: 0, dueAfterMs: 0, priced: status !== 'read' };
    const shape = { timestampSeconds: toSeconds(clock()), hasConversation: hasConversation(webhooks.settings) };
    webhooks.emit(statusUpdate(number, statusBody(facts, planned, shape)));
    if (timer.step + 1 < STATUSES.length) {
      tellStatus((STATUS_GAP_MS[timer.step + 1] as number) * settings.timeScale, { ...timer, step: timer.step + 1 });
    }
  });
  const tick = timers.define<number>('load.tick', (round) => {
    if (round !== current.round) return;
    const { profile } = current;
    const passedMs = clock() - current.startedAtMs;
    const seconds = Math.min(passedMs / 1000, profile.seconds === 0 ? Number.POSITIVE_INFINITY : profile.seconds);
    const numbers = [...assets.numbers.values()];
    for (; current.sends < Math.floor(seconds * profile.sends_per_second); current.sends++) {
      const person = population.at(current.sends);
      const number = numbers[current.sends % numbers.length] as PhoneNumber;
      const timer = { wamid: world.wamids.next(person.waId), waId: person.waId, numberId: number.id, step: 0 };
      tellStatus(STATUS_GAP_MS[0] * settings.timeScale, timer);
    }
    for (; current.inbound < Math.floor(seconds * profile.inbound_per_second); current.inbound++) {
      const { name, username, waId, userId, hidesNumber } = population.at(current.inbound * 7);
      const author = hidesNumber ? { name, username, userId } : { name, waId, userId };
      const number = numbers[current.inbound % numbers.length] as PhoneNumber;
      world.inbound.write(number, author, { type: 'text', content: { body: 'Is it still available?' } });
    }
    if (profile.seconds === 0 || passedMs < profile.seconds * 1000) tick(TICK_MS, round);
  });
  const begin = (profile: LoadProfile): void => {
    const round = current.round + 1;
    current = { profile, startedAtMs: clock(), sends: 0, inbound: 0, round };
    if (profile.sends_per_second + profile.inbound_per_second > 0) tick(0, round);
  };
  begin(initial);
  // A reset has emptied the timers before, so the scenario's load has to be set going anew.
  state.keep('load', {
    reset: () => begin(initial),
    save: () => current,
    load: (saved) => {
      current = saved as LoadState;
    },
  });
  control.on('GET /_simulator/load', () => {
    const { profile, sends, inbound } = current;
    return json({ ...profile, sends, inbound });
  });
  control.on('POST /_simulator/load', ({ body }) => {
    const check = new Checker();
    const profile = readLoad(check, body, 'body');
    check.done();
    begin(profile);
    return DONE;
  });
}

function readLoad(check: Checker, value: unknown, path: string): LoadProfile {
  const root = check.object(value, path, Object.keys(NONE));
  const rate = (name: keyof LoadProfile, most: number) => check.number(root[name], `${path}.${name}`, [0, most]) ?? 0;
  return {
    sends_per_second: rate('sends_per_second', 100_000),
    inbound_per_second: rate('inbound_per_second', 100_000),
    seconds: rate('seconds', 31_536_000),
  };
}
