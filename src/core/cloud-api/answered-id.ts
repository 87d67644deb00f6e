/**
 * Ids in the form of a wamid for messages that a Cloud API client was told of before Meta had given them one: the mark
 * and the bytes of the message's UUID in base64. Meta's own begin with other bytes, so neither is taken for the other.
 */
const MARK = Buffer.from('Heliograph/1', 'latin1');

/** Metadata by which a message from the drop-in is known; a Cloud API client cannot give any of its own. */
export const DROP_IN = Object.freeze({ drop_in: true });

/** Tells whether the caller of a message with this metadata may have been told an id of ours. */
export function isFromDropIn(metadata: object | null): boolean {
  return (metadata as { drop_in?: unknown } | null)?.drop_in === true;
}

/** `wamid.` and 28 bytes in base64. The mark is a multiple of three bytes long, so its letters stand alone. */
const ANSWERED_ID = new RegExp(`^wamid\\.${MARK.toString('base64')}[A-Za-z0-9+/]{22}==$`);

/** The id under which a message is answered while Meta's is not known. `messageId` is a UUID in its text form. */
export function writeAnsweredId(messageId: string): string {
  const uuid = Buffer.from(messageId.replaceAll('-', ''), 'hex');
  return `wamid.${Buffer.concat([MARK, uuid]).toString('base64')}`;
}

/** The message that such an id names; null when the text is not one of ours, as every wamid of Meta's. */
export function readAnsweredId(text: string): string | null {
  if (!ANSWERED_ID.test(text)) return null;
  const hex = Buffer.from(text.slice('wamid.'.length), 'base64').subarray(MARK.length).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
