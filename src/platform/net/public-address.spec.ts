import { BlockList } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isPublicAddress } from './public-address.js';

/** IANA's special registries once more, in the words of another library: both must agree. */
const SPECIAL_4 = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
  ['168.63.129.16', 32],
] as const) {
  SPECIAL_4.addSubnet(net, bits, 'ipv4');
}
const SPECIAL_6 = new BlockList();
for (const [net, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
] as const) {
  SPECIAL_6.addSubnet(net, bits, 'ipv6');
}
const GIVEN_OUT = new BlockList();
GIVEN_OUT.addSubnet('2000::', 3, 'ipv6');

const octet = fc.integer({ min: 0, max: 255 });
/** First octets at which the special ones begin, more often than chance would. */
const first = fc.oneof(octet, fc.constantFrom(0, 10, 100, 127, 168, 169, 172, 192, 198, 203, 224));
const second = fc.oneof(octet, fc.constantFrom(0, 2, 16, 18, 31, 51, 52, 63, 64, 88, 127, 168, 175, 254));
const ipv4 = fc.tuple(first, second, octet, octet).map((octets) => octets.join('.'));
const group = fc.integer({ min: 0, max: 0xffff }).map((n) => n.toString(16));
const head = fc.oneof(
  group,
  fc.constantFrom('0', '64', '100', '2001', '2002', '2620', '3fff', '5f00', 'fc00', 'fe80', 'ff02'),
);
const ipv6 = fc.tuple(head, group, group, group, group, group, group, group).map((groups) => groups.join(':'));

describe('an address', () => {
  it('of IPv4 is public exactly when no special registry has it', () => {
    fc.assert(
      fc.property(ipv4, (address) => {
        expect(isPublicAddress(address)).toBe(!SPECIAL_4.check(address, 'ipv4'));
      }),
      { numRuns: 5000 },
    );
  });

  it('of IPv6 is public exactly when it was given out and no special registry has it', () => {
    fc.assert(
      fc.property(ipv6, (address) => {
        const expected = GIVEN_OUT.check(address, 'ipv6') && !SPECIAL_6.check(address, 'ipv6');
        expect(isPublicAddress(address)).toBe(expected);
      }),
      { numRuns: 5000 },
    );
  });

  it('of IPv4 is never public when it comes within one of IPv6', () => {
    fc.assert(
      fc.property(
        ipv4,
        fc.constantFrom('::ffff:', '::', '::ffff:0:', '64:ff9b::', '64:ff9b:1::'),
        (address, prefix) => {
          expect(isPublicAddress(`${prefix}${address}`)).toBe(false);
        },
      ),
    );
  });

  it('is none when it is written in any other way', () => {
    for (const text of ['', '8.8.8', '8.8.8.08', '0x8.8.8.8', '134744072', ' 8.8.8.8', 'fe80::1%eth0', '[::1]', 'x'])
      expect(isPublicAddress(text)).toBe(false);
    fc.assert(fc.property(fc.string(), (text) => typeof isPublicAddress(text) === 'boolean'));
  });
});
