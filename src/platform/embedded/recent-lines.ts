/** Keeps the last lines of a log, for the error that is made of them when a server does not start. */
export class RecentLines {
  private lines: string[] = [];

  constructor(private readonly most: number) {}

  /** Adds a line and drops the oldest when there are too many. */
  add(line: string): void {
    this.lines = [...this.lines, line].slice(-this.most);
  }

  /** The lines, oldest first, joined by newlines. */
  text(): string {
    return this.lines.join('\n');
  }
}
