import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * A file or folder of the reference material (Meta's samples and OpenAPI), which is not part of the project: beside
 * the checkout, or where the environment says. Undefined when it is not on this machine.
 */
export function referencePath(...parts: readonly string[]): string | undefined {
  const found = path.join(process.env.META_REFERENCE ?? path.resolve('../shared'), ...parts);
  return existsSync(found) ? found : undefined;
}
