import { Interrupted } from './demo-error.js';

/** npm and the shell pass the same Ctrl-C on, so one keystroke can arrive several times within this. */
const SAME_KEYSTROKE_MS = 1000;

/**
 * A signal that fires at the first Ctrl-C, SIGTERM or SIGHUP, and when nobody reads our output any more (`| head`).
 * A second one, a moment later, ends the process at once.
 */
export function onInterruption(say: (line: string) => void): AbortSignal {
  const controller = new AbortController();
  process.stdout.on('error', () => controller.abort(new Interrupted()));
  let firstAtMs: number | undefined;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (firstAtMs === undefined) {
        firstAtMs = performance.now();
        say('stopping … (once more ends it at once)');
        controller.abort(new Interrupted());
      } else if (performance.now() - firstAtMs > SAME_KEYSTROKE_MS) process.exit(INTERRUPTED_EXIT);
    });
  }
  return controller.signal;
}

/** Exit code of a process that was interrupted, as shells have it for SIGINT. */
export const INTERRUPTED_EXIT = 130;

/** Exit code for a wrong command line, as shells have it. */
export const USAGE_EXIT = 2;

/** Rejects with the signal's reason when it fires; never resolves. */
export function whenAborted(signal: AbortSignal): Promise<never> {
  const aborted = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  aborted.catch(() => undefined);
  return aborted;
}

/** Whether an error means that somebody interrupted us: timers wrap the reason in an error of their own. */
export function isInterruption(error: unknown): boolean {
  return error instanceof Interrupted || (error instanceof Error && error.cause instanceof Interrupted);
}
