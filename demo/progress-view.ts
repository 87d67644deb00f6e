import type { Progress } from './message-board.js';
import { RateMeter } from './rate-meter.js';

/** What the view needs of a terminal; `process.stdout` has it. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** How often a plain line is printed where there is no terminal. */
const PLAIN_EVERY_MS = 3000;

const MOST_BAR_CELLS = 30;
/** A shorter bar says nothing. */
const LEAST_BAR_CELLS = 8;
const CLEAR_LINE = '\r\u001b[2K';

/** Shows progress: one line that is drawn over on a terminal, a plain line every few seconds elsewhere. */
export class ProgressView {
  private readonly meter = new RateMeter();
  private firstAtMs: number | undefined;
  private lastLineAtMs = Number.NEGATIVE_INFINITY;
  private lastLine = '';

  constructor(private readonly screen: Screen) {}

  /** Shows a reading. `nowMs` may be of any clock that does not go back. */
  show(progress: Progress, nowMs: number): void {
    this.firstAtMs ??= nowMs;
    const rate = this.meter.read(nowMs, progress.sent);
    if (this.screen.isTTY === true) {
      // Some terminals say that they have no columns at all.
      this.screen.write(`${CLEAR_LINE}${liveLine(progress, rate, (this.screen.columns || 80) - 1)}`);
      return;
    }
    if (nowMs - this.lastLineAtMs < PLAIN_EVERY_MS) return;
    this.lastLineAtMs = nowMs;
    this.print(plainLine(progress, rate, nowMs - this.firstAtMs));
  }

  /** Shows the last reading for good and leaves the cursor on a line of its own. */
  finish(progress: Progress, nowMs: number): void {
    if (this.screen.isTTY === true) {
      this.show(progress, nowMs);
      this.screen.write('\n');
      return;
    }
    this.print(plainLine(progress, this.meter.read(nowMs, progress.sent), nowMs - (this.firstAtMs ?? nowMs)));
  }

  private print(line: string): void {
    if (line === this.lastLine) return;
    this.lastLine = line;
    this.screen.write(`${line}\n`);
  }
}

/** The line of a terminal, at most `columns` wide: a bar of what is sent as far as there is room, then the counts. */
export function liveLine(progress: Progress, mps: number, columns: number): string {
  const counts = `${countsOf(progress).join('  ')}  ${mps.toFixed(1)}/s`;
  const cells = Math.min(MOST_BAR_CELLS, columns - counts.length - 4);
  if (cells < LEAST_BAR_CELLS) return `  ${counts}`.slice(0, Math.max(0, columns));
  const share = progress.total === 0 ? 1 : Math.min(1, progress.sent / progress.total);
  const full = Math.floor(share * cells);
  return `  ${'█'.repeat(full)}${'░'.repeat(cells - full)}  ${counts}`;
}

/** The line of a log. */
export function plainLine(progress: Progress, mps: number, sinceMs: number): string {
  return `  ${(sinceMs / 1000).toFixed(0).padStart(4)} s  ${countsOf(progress).join(', ')}, ${mps.toFixed(1)}/s`;
}

function countsOf(progress: Progress): string[] {
  const counts = [
    `sent ${progress.sent}/${progress.total}`,
    `delivered ${progress.delivered}`,
    `read ${progress.read}`,
  ];
  if (progress.failed > 0) counts.push(`failed ${progress.failed}`);
  if (progress.inDoubt > 0) counts.push(`in doubt ${progress.inDoubt}`);
  return counts;
}
