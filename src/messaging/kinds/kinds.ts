import { TemplateContent } from './template.kind.js';
import { TextContent } from './text.kind.js';

/** Every kind of message that can be sent, with the class that its content must satisfy. One line and one file each. */
export const KINDS = {
  text: TextContent,
  template: TemplateContent,
} as const;

/** The name of a kind: the message's `type`, and the key of its content. */
export type Kind = keyof typeof KINDS;

/** The names of all kinds. */
export const KIND_NAMES = Object.keys(KINDS) as Kind[];
