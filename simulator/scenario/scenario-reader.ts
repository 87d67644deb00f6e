import { Checker } from './check.js';

/** Reads one member of a scenario; `value` is undefined when the scenario does not have it. */
export type SectionReader<T> = (check: Checker, value: unknown, path: string) => T;

/**
 * A scenario being read: each module takes the members it understands, and what nobody took is a mistake. All
 * mistakes are told at once, by `done`.
 */
export class ScenarioReader {
  readonly check = new Checker();
  private readonly root: Record<string, unknown>;
  private readonly taken = new Set<string>();

  constructor(json: unknown) {
    this.root = this.check.object(json, 'scenario');
  }

  /** Takes a member; its path for messages is `scenario.<name>`. */
  section<T>(name: string, read: SectionReader<T>): T {
    if (this.taken.has(name)) throw new Error(`the scenario's ${name} is read twice`);
    this.taken.add(name);
    return read(this.check, this.root[name], `scenario.${name}`);
  }

  /** Throws an InputError that names every mistake, members nobody took included. */
  done(): void {
    const known = [...this.taken].sort().join(', ');
    for (const name of Object.keys(this.root)) {
      if (!this.taken.has(name)) this.check.fail(`scenario.${name}`, `is not known; known are ${known}`);
    }
    this.check.done();
  }
}
