/** Input that cannot be used; the message names every fault found, each with its path. */
export class InputError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'InputError';
  }
}

/** Reads untrusted JSON piece by piece and collects what is wrong, so that the reader is told all of it at once. */
export class Checker {
  private readonly problems: string[] = [];

  fail(path: string, problem: string): void {
    this.problems.push(`${path}: ${problem}`);
  }

  /** The members of an object; absent reads as empty. A key that is not in `known` is a problem, not ignored. */
  object(value: unknown, path: string, known?: readonly string[]): Record<string, unknown> {
    if (value === undefined) return {};
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.fail(path, 'must be an object');
      return {};
    }
    for (const key of Object.keys(value)) {
      if (known && !known.includes(key)) this.fail(`${path}.${key}`, `is not known; known are ${known.join(', ')}`);
    }
    return value as Record<string, unknown>;
  }

  array(value: unknown, path: string): unknown[] {
    if (value === undefined) return [];
    if (Array.isArray(value)) return value;
    this.fail(path, 'must be an array');
    return [];
  }

  number(value: unknown, path: string, range: readonly [number, number]): number | undefined {
    if (value === undefined) return undefined;
    const [min, max] = range;
    if (typeof value === 'number' && value >= min && value <= max) return value;
    this.fail(path, `must be a number from ${min} to ${max}`);
    return undefined;
  }

  string(value: unknown, path: string): string | undefined {
    if (value === undefined) return undefined;
    if (typeof value === 'string' && value !== '') return value;
    this.fail(path, 'must be a string that is not empty');
    return undefined;
  }

  boolean(value: unknown, path: string): boolean | undefined {
    if (value === undefined || typeof value === 'boolean') return value;
    this.fail(path, 'must be true or false');
    return undefined;
  }

  /** Throws an InputError when anything was wrong. */
  done(): void {
    if (this.problems.length > 0) throw new InputError(this.problems);
  }
}
