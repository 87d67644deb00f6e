import type { Random } from '../chance/random.js';
import { toSeconds } from '../clock/clock.js';
import { json } from '../http/reply.js';
import { Checker } from '../scenario/check.js';
import type { RecipientRule } from '../scenario/scenario.js';
import type { Cell } from '../state/stateful.js';
import type { StatusChange } from '../traffic.js';
import { fieldUpdate, messageUpdate } from '../webhooks/envelope.js';
import type { World } from '../world.js';
import { answerOf, pressable } from './answers.js';
import type { Author, Written } from './inbound-door.js';
import { loadProfile } from './load.js';
import { type Person, Population } from './population.js';
import { readPopulation } from './population-settings.js';

/** What somebody is about to do. */
interface Act {
  readonly phoneNumberId: string;
  readonly waId: string;
  /** The message that moves to it. */
  readonly wamid: string;
  readonly does: 'answer' | 'write_stop' | 'stop' | 'block' | 'change_number';
  readonly written?: Written;
}

interface Memory {
  /** Buttons of messages that have not been read. */
  readonly buttons: Map<string, readonly Written[]>;
  /** `number/user` of those who blocked a number. */
  readonly blocked: Set<string>;
  /** Old numbers of those who have new ones. */
  readonly moved: Set<string>;
}

/** Most people that one call tells of. */
const MOST_TOLD = 10_000;

/** People who read, answer, opt out, block, hide or change their numbers; and load profiles. */
export function usersModule(world: World): void {
  const { scenario, settings, state, timers, traffic, random, control } = world;
  const population = new Population(settings.seed, scenario.section('people', readPopulation));
  const memory = state.cell<Memory>('users', () => ({ buttons: new Map(), blocked: new Set(), moved: new Set() }));
  const act = timers.define<Act>('users.act', (due) => perform(world, population, memory, due), { awaited: true });
  const chance = random.stream('users');
  traffic.on('accepted', ({ wamid, waId, body }) => {
    if (waId === undefined || population.settings.answers.button === 0 || population.settings.answer === 0) return;
    const buttons = pressable(body);
    if (buttons.length > 0) memory.current.buttons.set(wamid, buttons);
  });
  traffic.on('status', (change) => {
    if (change.status === 'failed') memory.current.buttons.delete(change.wamid);
    if (change.status !== 'read' || change.waId === undefined) return;
    const buttons = memory.current.buttons.get(change.wamid) ?? [];
    memory.current.buttons.delete(change.wamid);
    for (const next of reactions(population, chance, change, buttons)) {
      act(chance.logNormal(...population.settings.answer_ms) * settings.timeScale, next);
    }
  });
  world.readers.ruleOf = (waId) => ruleOf(population, waId);
  world.rules.fate(({ number, user }) => {
    const { blocked, moved } = memory.current;
    return moved.has(user) || blocked.has(`${number.id}/${user}`) ? 131026 : undefined;
  });
  control.on('GET /_simulator/people', ({ request }) => json({ people: listOf(population, request.query) }));
  loadProfile(world, population);
}

/** What reading a message moves somebody to. Always draws the same numbers, whatever comes of them. */
function reactions(population: Population, chance: Random, change: StatusChange, buttons: readonly Written[]): Act[] {
  const { settings } = population;
  const { phoneNumberId, waId = '', wamid } = change;
  const who = { phoneNumberId, waId, wamid };
  const acts: Act[] = [];
  const [answers, stops, writes, blocks, moves] = [1, 2, 3, 4, 5].map(() => chance.next()) as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (answers < settings.answer) {
    acts.push({ ...who, does: 'answer', written: answerOf(chance, settings, wamid, buttons) });
  }
  if (change.type === 'template' && stops < settings.opt_out) {
    acts.push({ ...who, does: writes < 0.5 ? 'write_stop' : 'stop' });
  }
  if (blocks < settings.block) acts.push({ ...who, does: 'block' });
  if (moves < settings.change_number) acts.push({ ...who, does: 'change_number' });
  return acts;
}

/** How somebody reads; undefined: as the scenario's outcomes say. */
function ruleOf(population: Population, waId: string): RecipientRule | undefined {
  const { never_read, read_late, read_late_ms } = population.settings;
  if (never_read === 0 && read_late === 0) return undefined;
  const { neverReads, readsLate } = population.of(waId);
  if (neverReads) return { outcome: 'delivered' };
  return readsLate ? { outcome: 'read', read_ms: read_late_ms } : undefined;
}

function perform(world: World, population: Population, memory: Cell<Memory>, act: Act): void {
  const { assets, inbound, people, traffic, webhooks, clock } = world;
  const number = assets.numbers.get(act.phoneNumberId);
  if (!number) return;
  const person = population.of(act.waId);
  switch (act.does) {
    case 'answer':
      inbound.write(number, authorOf(person), act.written as Written);
      return;
    case 'write_stop':
      inbound.write(number, authorOf(person), { type: 'text', content: { body: 'STOP' } });
      return;
    case 'stop':
      people.setOptedOut(person.waId, true);
      webhooks.emit(fieldUpdate('user_preferences', number.wabaId, stopOf(person, number, clock()), clock()));
      return;
    case 'block': {
      const { blocked } = memory.current;
      const who = `${number.id}/${person.waId}`;
      // Once is enough for the quality of the template that moved them to it.
      if (!blocked.has(who)) traffic.tell('blocked', { wamid: act.wamid });
      blocked.add(who);
      return;
    }
    case 'change_number': {
      memory.current.moved.add(person.waId);
      webhooks.emit(messageUpdate(number, movedMessage(person, world)));
    }
  }
}

const authorOf = ({ name, username, waId, userId, hidesNumber }: Person): Author =>
  hidesNumber ? { name, username, userId } : { name, waId, userId };

function stopOf(person: Person, number: { readonly id: string; readonly digits: string }, atMs: number) {
  const who = person.hidesNumber ? {} : { wa_id: person.waId };
  return {
    messaging_product: 'whatsapp',
    metadata: { display_phone_number: number.digits, phone_number_id: number.id },
    contacts: [{ profile: { name: person.name }, ...who, user_id: person.userId }],
    user_preferences: [
      {
        ...who,
        user_id: person.userId,
        detail: 'User requested to stop marketing messages',
        category: 'marketing_messages',
        value: 'stop',
        timestamp: toSeconds(atMs),
      },
    ],
  };
}

/** The new number ends otherwise than the old one; nobody else need have it. */
function movedMessage({ name, waId }: Person, { clock, wamids }: World): object {
  const newId = `${waId.slice(0, -2)}${String((Number(waId.slice(-2)) + 51) % 100).padStart(2, '0')}`;
  return {
    from: waId,
    id: wamids.next(waId),
    timestamp: String(toSeconds(clock())),
    type: 'system',
    system: { body: `User ${name} changed from ${waId} to ${newId}`, wa_id: newId, type: 'user_changed_number' },
  };
}

function listOf(population: Population, query: URLSearchParams): readonly Person[] {
  const check = new Checker();
  const number = (name: string, range: readonly [number, number], base: number): number => {
    const given = query.get(name);
    return check.number(given === null ? undefined : Number(given), name, range) ?? base;
  };
  const from = number('from', [0, 1e9], 0);
  const count = number('count', [1, MOST_TOLD], 100);
  check.done();
  return Array.from({ length: count }, (_, i) => population.at(from + i));
}
