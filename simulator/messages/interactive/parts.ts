import { mediaObject } from '../media.js';
import { byKind, type Member, object, optional, type Rule, required, text, url, word } from '../rules.js';

/** Header kinds by name (cloud-api.md §1.3): a text of at most 60 characters or a file. */
const HEADERS = {
  text: object({
    type: required(word('text')),
    text: required(text({ max: 60 })),
    sub_text: optional(text({ max: 60 })),
  }),
  image: object({ type: required(word('image')), image: required(mediaObject()) }),
  video: object({ type: required(word('video')), video: required(mediaObject()) }),
  document: object({
    type: required(word('document')),
    document: required(mediaObject({ filename: optional(text()) })),
  }),
} as const satisfies Record<string, Rule>;

export type HeaderKind = keyof typeof HEADERS;

/** A header of one of these kinds. */
export function header(...kinds: readonly HeaderKind[]): Rule {
  return byKind('type', Object.fromEntries(kinds.map((kind) => [kind, HEADERS[kind]])));
}

/** Every kind of header. */
export const anyHeader = header('text', 'image', 'video', 'document');

/** `body.text` of at most so many characters. */
export const body = (max: number): Rule => object({ text: required(text({ max })) });

/** `footer.text`, at most 60 characters everywhere. */
export const footer: Member = optional(object({ text: required(text({ max: 60 })) }));

/** The button that opens a page. */
export const ctaUrlAction: Rule = object({
  name: required(word('cta_url')),
  parameters: required(object({ display_text: required(text({ max: 20 })), url: required(url) })),
});

/** Members that every interactive message has: its kind, a body, perhaps a footer. */
export const interactive = (kind: string, bodyMax: number, action: Rule, headerMember?: Member): Rule =>
  object({
    type: required(word(kind)),
    ...(headerMember ? { header: headerMember } : {}),
    body: required(body(bodyMax)),
    footer,
    action: required(action),
  });
