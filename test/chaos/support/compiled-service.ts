import { spawnSync } from 'node:child_process';
import { cpSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');

/**
 * Compiles the service and the simulator as the build does, into a folder of the suite's own: dist/ may be built anew
 * while a round runs. Gives a function that names a compiled file, such as `src/main.js`. Throws when swc does.
 */
export function compileService(folder: string): (file: string) => string {
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
  const swc = path.join(ROOT, 'node_modules', '@swc', 'cli', 'bin', 'swc.js');
  const out = path.join(folder, 'built');
  const args = ['src', 'simulator', 'migrations', '-d', out, '--config-file', '.swcrc', '--extensions', '.ts'];
  const built = spawnSync(process.execPath, [swc, ...args, '--ignore', '**/*.spec.ts', '-q'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (built.status !== 0) throw new Error(`swc ended with ${built.status}:\n${built.stdout}${built.stderr}`);
  // The protos are read at run time, beside the code that serves them.
  cpSync(path.join(ROOT, 'src', 'contracts'), path.join(out, 'src', 'contracts'), {
    recursive: true,
    filter: (from) => !from.endsWith('.ts'),
  });
  return (file) => path.join(out, file);
}
