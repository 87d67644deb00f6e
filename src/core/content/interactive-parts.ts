import { object, variant } from '../shape/object-shape.js';
import { optional, type Shape } from '../shape/shape.js';
import { oneOf, text } from '../shape/text-shape.js';
import { filename, mediaObject } from './media-object.js';

/** Longest text of a header and of a footer (Meta, "Interactive messages"). */
const LONGEST_MARGIN = 60;

const HEADERS = {
  text: object({
    type: oneOf(['text']),
    text: text({ max: LONGEST_MARGIN }),
    sub_text: optional(text({ max: LONGEST_MARGIN })),
  }),
  image: object({ type: oneOf(['image']), image: mediaObject() }),
  video: object({ type: oneOf(['video']), video: mediaObject() }),
  document: object({ type: oneOf(['document']), document: mediaObject({ filename }) }),
};

/** What may stand above the text of an interactive message. */
export type HeaderKind = keyof typeof HEADERS;

/** A header of one of these kinds; of any when none are named. */
export function header(...kinds: readonly HeaderKind[]): Shape {
  const allowed = kinds.length === 0 ? (Object.keys(HEADERS) as HeaderKind[]) : kinds;
  return variant('type', Object.fromEntries(allowed.map((kind) => [kind, HEADERS[kind]])));
}

/** The text of an interactive message. */
export function body(max = 1024): Shape {
  return object({ text: text({ max }) });
}

/** The small print below. */
export const footer = object({ text: text({ max: LONGEST_MARGIN }) });

/** An action that has a name and nothing to set. */
export function namedAction(name: string): Shape {
  return object({ name: oneOf([name]) });
}

/** An action that has a name and parameters. */
export function actionWith(name: string, parameters: Shape): Shape {
  return object({ name: oneOf([name]), parameters });
}

/** What an interactive message of one type is made of: a body and an action, a footer, and a header where it may have one. */
export function interactive(
  type: string,
  parts: { readonly action: Shape; readonly body?: Shape; readonly header?: Shape; readonly description: string },
): Shape {
  return object(
    {
      type: oneOf([type]),
      ...(parts.header === undefined ? {} : { header: parts.header }),
      body: parts.body ?? body(),
      footer: optional(footer),
      action: parts.action,
    },
    { description: parts.description },
  );
}
