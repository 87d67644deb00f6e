import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { faultsOf } from '../../src/core/shape/shape.js';
import { KIND_NAMES, KINDS } from '../../src/messaging/kinds/kinds.js';
import { messageShape } from '../../src/messaging/message.shape.js';
import { LUCKY } from '../support/accounts.js';
import { BAD_CONTENT } from './bad-content.js';
import type { Content } from './contents.js';
import { GOOD_CONTENT } from './good-content.js';

const ADDRESS = { phone_number_id: LUCKY.phoneNumberId, to: '+16505551234' };

const faults = (message: object) => faultsOf(messageShape, message);

describe('the content of a message', () => {
  it.each(GOOD_CONTENT)('is good: %s', (_, content) => {
    expect(faults({ ...ADDRESS, ...content })).toEqual([]);
  });

  it.each(BAD_CONTENT)('is refused with its place and rule: %s', (_, pointer, content) => {
    const found = faults({ ...ADDRESS, ...content });
    expect(found.map((fault) => fault.pointer)).toContain(pointer);
    for (const { detail } of found) expect(detail).toMatch(/^\S+ .{8,}$/);
  });

  it('has a good and a bad case for every kind', () => {
    const kindsOf = (cases: readonly Content[]) => new Set(cases.map((content) => content.type));
    expect(kindsOf(GOOD_CONTENT.map(([, content]) => content))).toEqual(new Set(KIND_NAMES));
    // The bad texts stand with the envelope's own cases.
    expect(kindsOf(BAD_CONTENT.map(([, , content]) => content)).add('text')).toEqual(new Set(KIND_NAMES));
  });

  it('is one of a kind that is declared under its own name', () => {
    expect(Object.values(KINDS).map(({ kind }) => kind)).toEqual(KIND_NAMES);
    expect(new Set(Object.values(KINDS).map(({ schemaName }) => schemaName)).size).toBe(KIND_NAMES.length);
  });

  it('is judged and never throws, whatever it is', () => {
    const anyKind = fc.constantFrom(...KIND_NAMES);
    fc.assert(
      fc.property(anyKind, fc.jsonValue({ maxDepth: 6 }), (kind, content) => {
        for (const { pointer } of faults({ ...ADDRESS, type: kind, [kind]: content })) {
          expect(pointer === '/type' || pointer.startsWith(`/${kind}`)).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('is judged and never throws when one part of a good one is replaced by anything', () => {
    fc.assert(
      fc.property(fc.constantFrom(...GOOD_CONTENT), fc.nat(), fc.jsonValue(), ([, content], n, value) => {
        const broken = replaceNth(structuredClone(content), n, value);
        expect(() => faults({ ...ADDRESS, ...(broken as object) })).not.toThrow();
      }),
      { numRuns: 2000 },
    );
  });

  it('names a hundred mistakes at most', () => {
    const text = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, i]));
    expect(faults({ ...ADDRESS, type: 'text', text })).toHaveLength(100);
  });
});

describe('a message to a group', () => {
  const GROUP = { phone_number_id: LUCKY.phoneNumberId, type: 'text', text: { body: 'x' }, recipient_type: 'group' };

  it.each<[string, object, string[]]>([
    ['its id', { to: 'Y2FwaV9ncm91cDoxNzA1NTU1MDEzOToxMjAzNjM0MDQ2OTQyMzM4MjAZD' }, []],
    ['no id', {}, ['/to']],
    ['a placeholder', { to: '<GROUP_ID>' }, ['/to']],
    ['a user', { to: 'Y2Fw', recipient: 'US.1' }, ['/recipient']],
  ])('needs the group: %s', (_, over, pointers) => {
    expect(faults({ ...GROUP, ...over }).map((fault) => fault.pointer)).toEqual(pointers);
  });

  it('may be to an individual by the same word that Meta uses', () => {
    expect(faults({ ...GROUP, ...ADDRESS, recipient_type: 'individual' })).toEqual([]);
    expect(faults({ ...GROUP, ...ADDRESS, recipient_type: 'crowd' })).toHaveLength(1);
  });
});

describe('the options beside the content', () => {
  const TEXT = { ...ADDRESS, type: 'text', text: { body: 'x' } };

  it.each<[string, object, string[]]>([
    ['an identity', { recipient_identity_key_hash: 'DF2lS5v2W6x=' }, []],
    ['no identity', { recipient_identity_key_hash: '' }, ['/recipient_identity_key_hash']],
    ['sharing', { message_activity_sharing: false }, []],
    ['sharing in words', { message_activity_sharing: 'no' }, ['/message_activity_sharing']],
    ['29 s to live', { ttl_seconds: 29 }, ['/ttl_seconds']],
    ['30 s to live', { ttl_seconds: 30, category: 'service' }, []],
    ['43,200 s to live', { ttl_seconds: 43_200 }, []],
    ['43,201 s to live', { ttl_seconds: 43_201 }, ['/ttl_seconds']],
    ["the Cloud API's product", { messaging_product: 'whatsapp' }, []],
    ['another product', { messaging_product: 'messenger' }, ['/messaging_product']],
    ['a quote', { context: { message_id: 'wamid.x' } }, []],
    ['a quote of nothing', { context: {} }, ['/context/message_id']],
  ])('are judged: %s', (_, over, pointers) => {
    expect(faults({ ...TEXT, ...over }).map((fault) => fault.pointer)).toEqual(pointers);
  });

  it('hold no quote with a reaction, which names its message itself', () => {
    const message = { ...ADDRESS, type: 'reaction', reaction: { message_id: 'wamid.x', emoji: '😀' } };
    expect(faults({ ...message, context: { message_id: 'wamid.x' } }).map((f) => f.pointer)).toEqual(['/context']);
  });
});

/** Replaces the n-th value of a tree, counted over and over. */
function replaceNth(root: unknown, n: number, value: unknown): unknown {
  const places: [object, string][] = [];
  const visit = (node: unknown) => {
    if (node === null || typeof node !== 'object') return;
    for (const key of Object.keys(node)) {
      places.push([node, key]);
      visit((node as Record<string, unknown>)[key]);
    }
  };
  visit(root);
  const [holder, key] = places[n % places.length] as [object, string];
  (holder as Record<string, unknown>)[key] = value;
  return root;
}
