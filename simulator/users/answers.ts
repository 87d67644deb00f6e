import type { Random } from '../chance/random.js';
import type { Written } from './inbound-door.js';
import type { AnswerKind, PopulationSettings } from './population-settings.js';

const TEXTS = ['Thanks!', 'Is it still available?', 'Could you call me?', '¿Tienen en otro color?', 'ठीक है 👍', 'OK'];
const EMOJI = ['👍', '❤️', '🎉', '😀'];

/** What the buttons or rows of a message answer when one of them is pressed. */
export function pressable(body: unknown): readonly Written[] {
  const { type, interactive, template } = (body ?? {}) as Record<string, Json>;
  if (type === 'interactive') return [...buttonsOf(interactive), ...rowsOf(interactive)];
  if (type !== 'template') return [];
  return list(template?.components)
    .filter((part) => part.type === 'button' && String(part.sub_type).toLowerCase() === 'quick_reply')
    .map((part) => list(part.parameters)[0]?.payload)
    .filter((payload): payload is string => typeof payload === 'string')
    .map((payload) => ({ type: 'button', content: { payload, text: payload } }));
}

// biome-ignore lint/suspicious/noExplicitAny: bodies of clients, of any shape.
type Json = any;

const list = (value: unknown): Json[] => (Array.isArray(value) ? value : []);

const reply = (type: 'button_reply' | 'list_reply', content: object): Written => ({
  type: 'interactive',
  content: { type, [type]: content },
});

const buttonsOf = (interactive: Json): Written[] =>
  list(interactive?.action?.buttons)
    .filter((button) => button?.reply)
    .map(({ reply: { id, title } }) => reply('button_reply', { id, title }));

const rowsOf = (interactive: Json): Written[] =>
  list(interactive?.action?.sections)
    .flatMap((section) => list(section?.rows))
    .map(({ id, title, description }) => reply('list_reply', { id, title, description }));

/** What somebody answers to a message whose buttons are `buttons`. */
export function answerOf(
  random: Random,
  { answers }: PopulationSettings,
  wamid: string,
  buttons: readonly Written[],
): Written {
  const kind = pickKind(random, buttons.length > 0 ? answers : { ...answers, button: 0 });
  const pick = <T>(things: readonly T[]): T => things[Math.floor(random.next() * things.length)] as T;
  switch (kind) {
    case 'button':
      return { ...pick(buttons), contextId: wamid };
    case 'image':
      return { type: 'image', content: {} };
    case 'audio':
      return { type: 'audio', content: { voice: true } };
    case 'reaction':
      return { type: 'reaction', content: { message_id: wamid, emoji: pick(EMOJI) } };
    case 'text':
      return { type: 'text', content: { body: pick(TEXTS) } };
  }
}

function pickKind(random: Random, weights: Readonly<Record<AnswerKind, number>>): AnswerKind {
  const kinds = Object.entries(weights) as [AnswerKind, number][];
  let left = random.next() * kinds.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [kind, weight] of kinds) {
    left -= weight;
    if (left < 0) return kind;
  }
  return 'text';
}
