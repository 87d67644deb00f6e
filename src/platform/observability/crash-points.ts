/** Where a chaos test may kill the process. docs/operations.md says what each one proves. */
export const CRASH_POINTS = [
  'before-accept-commit',
  'after-accept-commit',
  'command-committed',
  'armed',
  'bytes-out',
  'response-in',
  'before-webhook-insert',
  'after-webhook-commit',
  'in-apply',
  'after-publish',
  'template-submitted',
] as const;

/** The name of such a point. */
export type CrashPoint = (typeof CRASH_POINTS)[number];

/**
 * Kills the process with SIGKILL at the nth passing of one named point: for chaos tests, which set `CRASH_AT` with
 * `NODE_ENV=test` (the configuration refuses it otherwise). Without it, passing a point costs one comparison.
 */
export class CrashPoints {
  private readonly point: string | undefined;
  private left: number;

  constructor(crashAt: string | undefined) {
    const [point, nth] = crashAt?.split(':') ?? [];
    this.point = point;
    this.left = Number(nth ?? 1);
  }

  /** Dies here if this is the point and the time. */
  pass(point: CrashPoint): void {
    if (point !== this.point) return;
    this.left -= 1;
    if (this.left === 0) process.kill(process.pid, 'SIGKILL');
  }

  /** As `pass`, a few milliseconds later: for "the bytes are out and no answer has come". */
  passSoon(point: CrashPoint): void {
    if (point === this.point) setTimeout(() => this.pass(point), 5);
  }
}
