import ipaddr from 'ipaddr.js';

/** Public by their numbers, and yet they answer a cloud's own machines with what nobody else may see. */
const SERVED_BY_CLOUDS: ReadonlySet<string> = new Set([
  '168.63.129.16', // Azure, WireServer
]);

/** All of IPv6 that has been given out to the public (IANA, "IPv6 Global Unicast Address Space"). */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Tells whether an address is one that anybody on the Internet may be sent to. False for loopback, private, shared,
 * link-local, unique local, multicast, reserved and documentation addresses, for the metadata services of clouds, for
 * every form of IPv6 that carries an IPv4 address within (mapped, NAT64, 6to4, Teredo), and for what is no address in
 * its usual spelling: `0177.0.0.1`, `0x7f000001` and `fe80::1%eth0` are none (RFC 6890, IANA's special registries).
 */
export function isPublicAddress(text: string): boolean {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) {
    // Without leading zeros: some read `010` as eight, others as ten.
    if (ipaddr.IPv4.parse(text).toString() !== text) return false;
    return ipaddr.IPv4.parse(text).range() === 'unicast' && !SERVED_BY_CLOUDS.has(text);
  }
  if (!ipaddr.IPv6.isValid(text) || /[.%]/.test(text)) return false;
  const address = ipaddr.IPv6.parse(text);
  return address.range() === 'unicast' && address.match(GLOBAL_UNICAST);
}
