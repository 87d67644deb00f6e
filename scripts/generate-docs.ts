import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { generatedDocs } from './generated-docs.js';

/** Runs from dist/scripts, so the root is two folders up. */
const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

for (const [file, text] of await generatedDocs()) {
  writeFileSync(path.join(ROOT, file), text);
  process.stdout.write(`wrote ${file}\n`);
}
// The Graph client and Nest's scheduler keep nothing open that matters here.
process.exit(0);
