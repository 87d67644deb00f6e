import type { PhoneNumber } from '../assets/platform-state.js';
import { type Clock, toSeconds } from '../clock/clock.js';
import type { MediaStore } from '../media/media-store.js';
import { withFile } from '../media/user-files.js';
import type { WamidSource } from '../sends/wamid.js';
import type { Traffic } from '../traffic.js';
import { messageUpdate } from '../webhooks/envelope.js';
import type { WebhookSender } from '../webhooks/webhook-sender.js';

/** Who writes; without `waId` webhooks carry the user id alone (cloud-api.md §4.6). */
export interface Author {
  readonly waId?: string;
  readonly userId?: string;
  readonly name: string;
  readonly username?: string;
}

/** What somebody writes: `content` is what stands under the type's name; a file without an `id` is made. */
export interface Written {
  readonly type: string;
  readonly content: unknown;
  /** The message that is answered. */
  readonly contextId?: string;
}

/** What the door works with. */
export interface InboundDoorParts {
  readonly clock: Clock;
  readonly media: MediaStore;
  readonly wamids: WamidSource;
  readonly traffic: Traffic;
  readonly webhooks: WebhookSender;
}

/** The one door for what users write: it counts in the number's throughput, goes out as a webhook and is told. */
export class InboundDoor {
  constructor(private readonly parts: InboundDoorParts) {}

  /** Somebody writes to a number now; gives the id of the message. */
  write(number: PhoneNumber, author: Author, { type, content: given, contextId }: Written): string {
    const { clock, media, wamids, traffic, webhooks } = this.parts;
    const atMs = clock();
    const { waId, userId, name, username } = author;
    const content = withFile(media, number.id, { type, content: given, from: waId ?? userId ?? '', atMs });
    number.throughput.addInbound(atMs);
    const wamid = wamids.next(waId ?? userId ?? '');
    const message = {
      ...(waId === undefined ? {} : { from: waId }),
      ...(userId === undefined ? {} : { from_user_id: userId }),
      id: wamid,
      timestamp: String(toSeconds(atMs)),
      ...(contextId === undefined ? {} : { context: { from: number.digits, id: contextId } }),
      type,
      [type]: content,
    };
    const contact = {
      profile: { name, ...(username === undefined ? {} : { username }) },
      ...(waId === undefined ? {} : { wa_id: waId }),
      ...(userId === undefined ? {} : { user_id: userId }),
    };
    webhooks.emit(messageUpdate(number, message, contact));
    const { id: phoneNumberId, wabaId } = number;
    traffic.tell('inbound', { wamid, phoneNumberId, wabaId, waId, userId, type, text: textOf(content), atMs });
    return wamid;
  }
}

/** What a text, a button or a reply says. */
function textOf(content: unknown): string | undefined {
  const { body, text, button_reply, list_reply } = (content ?? {}) as Record<string, unknown>;
  const reply = (button_reply ?? list_reply) as { title?: unknown } | undefined;
  return [body, text, reply?.title].find((said) => typeof said === 'string') as string | undefined;
}
