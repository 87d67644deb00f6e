import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { transformSync } from '@swc/core';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const SOURCES = path.join(ROOT, 'src/platform/embedded');

/** The embedded servers as plain JavaScript in a folder of their own, for tests that run them in another process. */
export interface CompiledEmbedded {
  /** Import specifier of one compiled file, given as `embedded-postgres`. */
  url(file: string): string;
  /** Removes the folder. */
  remove(): void;
}

/** Compiles src/platform/embedded as the build does. dist/ is left alone: somebody may be running it. */
export function compileEmbedded(): CompiledEmbedded {
  const folder = mkdtempSync(path.join(tmpdir(), 'heliograph-test-compiled-'));
  chmodSync(folder, 0o755);
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
  const config = JSON.parse(readFileSync(path.join(ROOT, '.swcrc'), 'utf8')) as Record<string, unknown>;
  for (const name of readdirSync(SOURCES)) {
    const file = path.join(SOURCES, name);
    const { code } = transformSync(readFileSync(file, 'utf8'), {
      ...config,
      filename: file,
      swcrc: false,
      sourceMaps: false,
    });
    writeFileSync(path.join(folder, name.replace(/\.ts$/, '.js')), code);
  }
  return {
    url: (file) => pathToFileURL(path.join(folder, `${file}.js`)).href,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
