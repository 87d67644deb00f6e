import { type LookupAddress, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isPublicAddress } from './public-address.js';

/** Resolves a name to all of its addresses. */
export type Resolve = (host: string, done: (error: Error | null, addresses: readonly LookupAddress[]) => void) => void;

/** Thrown into a connection to a name that stands for an address which is not public. */
export class AddressNotPublicError extends Error {
  readonly code = 'ADDRESS_NOT_PUBLIC';

  constructor() {
    // Without the address: it would tell a caller what a name means inside our network.
    super('the name of the host stands for an address that is not public');
    this.name = 'AddressNotPublicError';
  }
}

const byDns: Resolve = (host, done) => lookup(host, { all: true }, done);

/**
 * The `lookup` of connections to hosts that somebody else named: a name is resolved once, each of its addresses is
 * judged, and the connection goes to those that were judged. So a name cannot stand for one address when it is judged
 * and for another when it is connected to. One bad address refuses them all. Addresses in place of names never come
 * here: `judgeUrl` has judged them.
 */
export function guardedLookup(resolve: Resolve = byDns): LookupFunction {
  return (host, options, done) => {
    resolve(host, (error, addresses) => {
      if (error !== null) return done(error, '');
      const wanted = addresses.filter(({ family }) => !options.family || options.family === family);
      const [first] = wanted;
      if (first === undefined || !addresses.every(({ address }) => isPublicAddress(address))) {
        return done(new AddressNotPublicError(), '');
      }
      if (options.all === true) return done(null, [...wanted]);
      return done(null, first.address, first.family);
    });
  };
}
