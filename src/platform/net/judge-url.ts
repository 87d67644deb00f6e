import { isIP } from 'node:net';
import { isPublicAddress } from './public-address.js';

/** A URL that may be fetched, or which rule it breaks; the sentence completes "the URL …". */
export type UrlVerdict = { readonly url: URL; readonly problem?: never } | { readonly problem: string };

/** What fetching is allowed to reach. */
export interface Reach {
  /** Whether http, every port and addresses of private networks are allowed too: for development and tests. */
  readonly privateToo: boolean;
}

const PORTS: ReadonlySet<string> = new Set(['', '443', '8443']);

const LONGEST = 2048;

/** Names that never belong to the public, whatever a resolver says (RFC 6761, RFC 6762, RFC 8375, RFC 9476). */
const LOCAL_NAMES = /(^|\.)(localhost|local|localdomain|internal|intranet|lan|corp|home|home\.arpa|alt|onion)$/;

/** Between `://` and what follows the host: what stands there before a parser puts it into its usual spelling. */
const AUTHORITY = /^[a-z]+:\/\/([^/?#\\]*)/i;

/**
 * Judges a URL of somebody else's by its text alone. https on port 443 or 8443, no credentials in it, a host that is a
 * name with a dot or a public address in its usual spelling. A name still has to be resolved, and each of its addresses
 * judged where the connection is made (`guardedLookup`): the text cannot know them.
 */
export function judgeUrl(text: string, { privateToo }: Reach): UrlVerdict {
  if (text.length > LONGEST) return { problem: `must have at most ${LONGEST} characters` };
  // A parser drops line breaks and tabs, and reads backslashes as slashes: who reads along may see another host.
  if (!/^[\x21-\x5b\x5d-\x7e]+$/.test(text)) return { problem: 'must hold printable ASCII only, and no backslash' };
  if (!URL.canParse(text)) return { problem: 'must be an absolute URL' };
  const url = new URL(text);
  if (url.protocol !== 'https:' && !(privateToo && url.protocol === 'http:')) {
    return { problem: privateToo ? 'must begin with https:// or http://' : 'must begin with https://' };
  }
  const authority = AUTHORITY.exec(text)?.[1] ?? '';
  if (authority === '' || authority.includes('@') || url.username !== '' || url.password !== '') {
    return { problem: 'must name its host right after https://, without a user or password' };
  }
  if (privateToo) return { url };
  if (!PORTS.has(url.port)) return { problem: 'must use port 443 or 8443' };
  return hostProblem(url.hostname, authority) ?? { url };
}

function hostProblem(host: string, authority: string): { readonly problem: string } | null {
  const address = host.replace(/^\[|\]$/g, '');
  if (isIP(address) !== 0) {
    // `0x7f.1`, `017700000001` and `①②⑦` all end as dotted numbers: nobody who means well writes them otherwise.
    const isPlain = host.startsWith('[') || authority.replace(/:\d*$/, '') === host;
    return isPlain && isPublicAddress(address) ? null : { problem: 'must not name an address that is not public' };
  }
  const isName = host.includes('.') && !host.endsWith('.') && /^[a-z0-9.-]+$/.test(host) && !LOCAL_NAMES.test(host);
  return isName ? null : { problem: 'must name a public host' };
}
