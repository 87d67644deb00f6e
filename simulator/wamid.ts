import { randomFillSync } from 'node:crypto';

/** Random bytes in a message id; drawn in bulk, as a system call per message would show at 1,500 sends a second. */
const RANDOM_BYTES = 9;
const pool = Buffer.alloc(RANDOM_BYTES * 512);
let used = pool.length;

/**
 * A new message id of the form Meta's have: base64 of the recipient and 18 hex digits between fixed bytes. Not
 * seeded: a second run against the same gateway database must not give an id again.
 */
export function newWamid(recipient: string): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const random = pool.toString('hex', used, used + RANDOM_BYTES).toUpperCase();
  used += RANDOM_BYTES;
  const to = Buffer.from(recipient.slice(0, 60), 'latin1');
  const head = Buffer.from([0x1c, 0x18, to.length]);
  const middle = Buffer.from([0x15, 0x02, 0x00, 0x11, 0x18, 0x12]);
  return `wamid.${Buffer.concat([head, to, middle, Buffer.from(random, 'latin1'), Buffer.from([0])]).toString('base64')}`;
}
