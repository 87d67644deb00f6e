/** One member of a `fields` parameter: `name.arg(value).arg2(value){sub,fields}` (cloud-api.md §7). */
export interface FieldSelection {
  readonly name: string;
  /** The texts between the parentheses, by name. */
  readonly args: Readonly<Record<string, string>>;
  /** What is asked of the members below; undefined when nothing is. */
  readonly fields?: readonly FieldSelection[];
}

/** A `fields` parameter that cannot be read; Graph answers code 2500. */
export class FieldSyntaxError extends Error {}

/** Reads a `fields` parameter. Throws a FieldSyntaxError that says where it breaks. */
export function parseFields(text: string): FieldSelection[] {
  const reader = new Reader(text);
  const fields = reader.list();
  if (!reader.isAtEnd) throw reader.error('end of string');
  return fields;
}

/** The items of an argument that is a list: `["US","BR"]`, `[US,BR]`, `US,BR`, or `[]` and '' for none. */
export function listArgument(text: string | undefined): string[] {
  if (text === undefined) return [];
  const inner = text.trim().replace(/^\[([\s\S]*)\]$/, '$1');
  return inner
    .split(',')
    .map((item) => item.trim().replace(/^(["'])(.*)\1$/, '$2'))
    .filter((item) => item !== '');
}

/** How deep Graph lets selections nest is not published; deeper than this is no honest request. */
const DEEPEST = 20;

class Reader {
  private at = 0;
  private depth = 0;

  constructor(private readonly text: string) {}

  get isAtEnd(): boolean {
    this.blanks();
    return this.at >= this.text.length;
  }

  list(): FieldSelection[] {
    const fields = [this.field()];
    while (this.takes(',')) fields.push(this.field());
    return fields;
  }

  error(expected: string): FieldSyntaxError {
    const found = this.text[this.at] ?? 'end of string';
    return new FieldSyntaxError(
      `Syntax error "Expected ${expected} instead of "${found}"." at character ${this.at}: ${this.text}`,
    );
  }

  private field(): FieldSelection {
    const name = this.name();
    const args: Record<string, string> = {};
    while (this.takes('.')) {
      const argument = this.name();
      args[argument] = this.argument();
    }
    if (!this.takes('{')) return { name, args };
    if (++this.depth > DEEPEST) throw this.error('fewer levels');
    const fields = this.list();
    this.depth--;
    if (!this.takes('}')) throw this.error('"}"');
    return { name, args, fields };
  }

  private name(): string {
    this.blanks();
    const name = /^[A-Za-z_][A-Za-z0-9_]*/.exec(this.text.slice(this.at, this.at + 200))?.[0];
    if (name === undefined) throw this.error('string');
    this.at += name.length;
    return name;
  }

  /** What stands between parentheses; quotes hide those inside them. */
  private argument(): string {
    if (!this.takes('(')) throw this.error('"("');
    const from = this.at;
    let quote = '';
    for (let open = 1; this.at < this.text.length; this.at++) {
      const char = this.text[this.at] as string;
      if (quote !== '') quote = char === quote ? '' : quote;
      else if (char === '"' || char === "'") quote = char;
      else if (char === '(') open++;
      else if (char === ')' && --open === 0) return this.text.slice(from, this.at++);
    }
    throw this.error('")"');
  }

  private takes(char: string): boolean {
    this.blanks();
    if (this.text[this.at] !== char) return false;
    this.at++;
    return true;
  }

  private blanks(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++;
  }
}
