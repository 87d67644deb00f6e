import { DEFAULTS } from '../assets/platform-state.js';
import { json } from '../http/reply.js';
import { MEDIA_KINDS } from '../media/media-kinds.js';
import { Checker } from '../scenario/check.js';
import { digitsOf } from '../sends/faults.js';
import type { World } from '../world.js';

const KNOWN = ['from', 'user_id', 'username', 'phone_number_id', 'name', 'text', 'type', 'content', 'context_id'];
const USER_ID = /^[A-Z]{2}\.[A-Za-z0-9.]+$/;

/**
 * `POST /_simulator/inbound`: somebody writes, a `text` or a `type` with its `content`. `from` is a phone number, or
 * there is a `user_id` alone, as of those who hide their numbers. Files need no content: one is made that can be fetched.
 */
export function inboundCalls({ control, assets, inbound }: World): void {
  control.on('POST /_simulator/inbound', ({ body }) => {
    const check = new Checker();
    const fields = check.object(body, 'body', KNOWN);
    const string = (name: string) => check.string(fields[name], name);
    const waId = digitsOf(string('from') ?? '') || undefined;
    const userId = string('user_id');
    if (userId !== undefined && !USER_ID.test(userId)) check.fail('user_id', 'must be a business-scoped user id');
    if (waId === undefined && userId === undefined) check.fail('from', 'must be a phone number');
    const text = string('text');
    const type = string('type') ?? 'text';
    const isFile = MEDIA_KINDS.some(({ kind }) => kind === type);
    const content = fields.content ?? (isFile ? {} : text === undefined ? undefined : { body: text });
    if (content === undefined) check.fail('text', 'is required, or a type and its content');
    const id = string('phone_number_id') ?? DEFAULTS.phoneNumberId;
    const number = assets.numbers.get(id);
    if (!number) check.fail('phone_number_id', `${id} does not exist`);
    const author = { waId, userId, name: string('name') ?? 'Pablo Morales', username: string('username') };
    const contextId = string('context_id');
    check.done();
    if (!number) return json({});
    return json({ wamid: inbound.write(number, author, { type, content, contextId }) });
  });
}
