import { afterAll } from '@jest/globals';

interface Kept {
  readonly name: string;
  readonly stop: () => Promise<void>;
}

const kept: Kept[] = [];

afterAll(stopEverything, 60_000);

/**
 * Has something stopped at the end of the file, in the reverse order of its start, even when a test failed. Every
 * part of the support that opens something says so here; whatever fails to stop fails the file. Returns a function
 * that stops it earlier.
 */
export function stopAtEnd(name: string, stop: () => Promise<void>): () => Promise<void> {
  const entry = { name, stop };
  kept.push(entry);
  return async () => {
    const at = kept.indexOf(entry);
    if (at < 0) return;
    kept.splice(at, 1);
    await stop();
  };
}

async function stopEverything(): Promise<void> {
  const failures: Error[] = [];
  for (let entry = kept.pop(); entry !== undefined; entry = kept.pop()) {
    const { name } = entry;
    await entry.stop().catch((cause: unknown) => {
      failures.push(new Error(`${name} did not stop: ${(cause as Error).message}`, { cause }));
    });
  }
  if (failures.length > 0) throw new AggregateError(failures, failures.map((f) => f.message).join('; '));
}
