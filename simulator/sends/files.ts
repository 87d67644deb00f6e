import type { Message } from '../messages/message.js';
import { isFields } from '../messages/rules.js';

/** A file that a message brings along: by the id of an upload or by a link. */
export interface MessageFile {
  /** Where in the body it is. */
  readonly at: string;
  readonly id?: string;
  readonly link?: string;
}

const FILE_KINDS = ['image', 'video', 'document', 'audio', 'sticker', 'gif'] as const;

/** Every file of a message that is well-formed: its content, its header, its cards, its template's parameters. */
export function filesOf({ kind, content }: Message): readonly MessageFile[] {
  if (kind === 'text') return [];
  const found: MessageFile[] = [];
  look({ [kind]: content }, '', found);
  return found;
}

function look(value: unknown, at: string, found: MessageFile[]): void {
  if (Array.isArray(value)) {
    for (const [i, element] of value.entries()) look(element, `${at}[${i}]`, found);
    return;
  }
  if (!isFields(value)) return;
  for (const [name, member] of Object.entries(value)) {
    const place = at === '' ? name : `${at}.${name}`;
    if (FILE_KINDS.some((file) => file === name) && isFields(member)) {
      found.push({ at: place, id: member.id as string | undefined, link: member.link as string | undefined });
    } else look(member, place, found);
  }
}
