/** Something the person at the terminal must hear about. Its message is printed as it is, without a stack. */
export class DemoError extends Error {
  override readonly name = 'DemoError';
}

/** Somebody pressed Ctrl-C or asked the process to end. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  constructor() {
    super('interrupted');
  }
}

/** An error as the terminal shows it: a sentence for what a person can mend, the stack for what is our mistake. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isOfSystem = typeof (error as NodeJS.ErrnoException).syscall === 'string';
  return error instanceof DemoError || isOfSystem ? error.message : (error.stack ?? error.message);
}
