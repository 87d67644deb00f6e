import { asObject, asText, type JsonObject } from '../webhook/json-value.js';

/** What a word of a person's asks for. */
export type Wish = 'stop' | 'resume';

/** The words that count, each the whole of what somebody says. */
export interface OptOutWords {
  readonly stop: readonly string[];
  readonly resume: readonly string[];
}

/**
 * What an inbound message (Meta's object) asks for: a text, a quick reply of a template or a reply button that is
 * exactly one of the words, whatever its case. Null for everything else: "please stop by tomorrow" is no opt-out.
 */
export function wishOf(message: JsonObject, words: OptOutWords): Wish | null {
  const said = new Set(saidBy(message).map(plain));
  if (words.stop.some((word) => said.has(plain(word)))) return 'stop';
  return words.resume.some((word) => said.has(plain(word))) ? 'resume' : null;
}

function saidBy(message: JsonObject): string[] {
  const reply = asObject(asObject(message.interactive)?.button_reply);
  const button = asObject(message.button);
  const said = [asObject(message.text)?.body, button?.text, button?.payload, reply?.title, reply?.id];
  return said.flatMap((text) => asText(text) ?? []);
}

function plain(text: string): string {
  return text
    .trim()
    .replace(/[.!]+$/, '')
    .toLocaleLowerCase('en');
}
