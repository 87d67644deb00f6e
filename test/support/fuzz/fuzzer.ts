import { createRandom } from '../random.js';

/** What a field is not expected to be, with the values at the edges of number types and those that mislead code. */
const ODD: readonly (() => unknown)[] = [
  () => null,
  () => true,
  () => '',
  () => ' ',
  () => 'a\u0000b',
  () => '\ud800',
  () => '👨‍👩‍👧‍👦'.repeat(40),
  () => 'x'.repeat(5000),
  () => '__proto__',
  () => 'constructor',
  () => "'; drop table messages; --",
  () => '../../../etc/passwd',
  () => '%00%ff',
  () => '9999-99-99T99:99:99Z',
  () => '+0',
  () => '+16505551234',
  () => '01890000-0000-7000-8000-000000000000',
  () => 0,
  () => -0,
  () => -1,
  () => 0.1,
  () => 1e308,
  () => 2 ** 31,
  () => 2 ** 53,
  () => Number.NaN,
  () => Number.POSITIVE_INFINITY,
  () => [],
  () => ({}),
  () => [null],
  () => JSON.parse('{"__proto__":{"a":1}}'),
  () => ({ toString: 1, valueOf: null }),
  () => ({ length: 1e9 }),
  () => nested(40),
  () => Array.from({ length: 1001 }, () => ({})),
];

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i += 1) value = i % 2 === 0 ? { a: value } : [value];
  return value;
}

/** Makes odd things out of good ones, and out of nothing. The same seed makes the same ones. */
export class Fuzzer {
  private readonly random: () => number;

  constructor(seed: number) {
    this.random = createRandom(seed);
    // The first numbers of seeds that are neighbours are neighbours too.
    for (let i = 0; i < 4; i += 1) this.random();
  }

  /** A whole number from 0 to below n. */
  below(n: number): number {
    return Math.floor(this.random() * n);
  }

  /** True with a probability. */
  chance(share: number): boolean {
    return this.random() < share;
  }

  /** One of a list. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  /** Any value. */
  value(depth = 3): unknown {
    if (depth === 0 || this.chance(0.6)) return this.pick(ODD)();
    const children = Array.from({ length: this.below(4) }, () => this.value(depth - 1));
    return this.chance(0.5) ? children : Object.fromEntries(children.map((child) => [this.name(), child]));
  }

  /** Any text that a path or a field can hold. */
  text(): string {
    const value = this.value(0);
    const text = typeof value === 'object' ? (JSON.stringify(value) ?? '') : String(value);
    return text.slice(0, 900).toWellFormed();
  }

  /** A good value with up to four of its parts changed, taken away, put elsewhere or added; now and then as it was. */
  mutate(good: unknown): unknown {
    let root = structuredClone(good);
    for (let i = this.pick([0, 1, 1, 1, 2, 4]); i > 0; i -= 1) root = this.change(root);
    return root;
  }

  /** Bytes without any meaning. */
  bytes(most: number): Buffer {
    return Buffer.from(Array.from({ length: this.below(most + 1) }, () => this.below(256)));
  }

  /** Bytes with some of them turned, cut out, put in, or repeated. */
  damage(bytes: Buffer): Buffer {
    let out = Buffer.from(bytes);
    for (let i = this.below(4); i >= 0; i -= 1) {
      const at = this.below(out.length + 1);
      const [head, tail] = [out.subarray(0, at), out.subarray(at)];
      const how = this.below(5);
      if (how === 0) out = Buffer.concat([head, this.bytes(8), tail]);
      else if (how === 1) out = Buffer.concat([head, tail.subarray(this.below(tail.length + 1))]);
      else if (how === 2) out = Buffer.from(head);
      else if (how === 3) out = Buffer.concat([out, tail]);
      else if (at < out.length) out[at] = (out[at] as number) ^ (1 << this.below(8));
    }
    return out;
  }

  /** Well-formed protobuf that no type asked for: any field numbers, wire types, and messages within messages. */
  protobuf(depth = 4): Buffer {
    const fields = Array.from({ length: this.below(6) }, () => {
      const number = this.pick([1, 2, 3, 4, 5, 8, 12, 20, 100, 101, 110, 111, 5000]);
      const type = this.pick([0, 1, 2, 2, 2, 5]);
      return Buffer.concat([varint(number * 8 + type), this.field(type, depth)]);
    });
    return Buffer.concat(fields);
  }

  private field(type: number, depth: number): Buffer {
    if (type === 0) return varint(this.pick([0, 1, 127, 2 ** 31, 2 ** 53 - 1]));
    if (type === 1) return Buffer.alloc(8, this.below(256));
    if (type === 5) return Buffer.alloc(4, this.below(256));
    const content = depth > 0 && this.chance(0.5) ? this.protobuf(depth - 1) : Buffer.from(this.text());
    return Buffer.concat([varint(content.length), content]);
  }

  private name(): string {
    return this.pick(['a', 'type', 'text', 'to', 'id', 'body', '', '__proto__', 'a/b~c', 'x'.repeat(300), '\u0000']);
  }

  /** Changes one part, however deep; the way down is one of the ways there are. */
  private change(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || this.chance(0.15)) return this.value();
    const keys = Object.keys(value);
    const key = keys.length === 0 ? undefined : this.pick(keys);
    if (key === undefined || this.chance(0.1)) return this.grown(value);
    const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
    if (this.chance(0.1)) delete copy[key];
    else if (this.chance(0.05)) copy[key] = Array.from({ length: 3 }, () => copy[key]);
    else copy[key] = this.change(copy[key]);
    return copy;
  }

  private grown(value: object): unknown {
    return Array.isArray(value) ? [...value, this.value()] : { ...value, [this.name()]: this.value() };
  }
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}
