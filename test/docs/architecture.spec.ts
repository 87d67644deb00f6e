import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { documents, ROOT, textOf, trackedFiles } from './repository.js';

/** The folders that the tree in docs/architecture.md names, as paths from the root. */
function foldersOfTheTree(): string[] {
  const page = textOf('docs/architecture.md');
  const tree = /```\n(src\/[\s\S]*?)```/.exec(page)?.[1] ?? '';
  const found: string[] = [];
  const parents: string[] = [];
  for (const line of tree.split('\n')) {
    const depth = (/^ */.exec(line)?.[0].length ?? 0) / 2;
    const names = /^ *((?:[\w.-]+\/ *)+)/.exec(line)?.[1]?.trim().split(/ +/) ?? [];
    if (names.length === 0) continue;
    // `test/   architecture/ docs/`: a folder with those in it; further in, several names on a line are neighbours.
    const [first = '', ...others] = names;
    parents[depth] = first;
    const above = parents.slice(0, depth).join('');
    found.push(above + first, ...others.map((name) => (depth === 0 ? first : above) + name));
  }
  return found.map((folder) => folder.replace(/\/$/, ''));
}

/** Top-level folders of a folder that git knows of; without git, all that are there. */
function topFolders(folder: string): string[] {
  const files = trackedFiles();
  const prefix = folder === '' ? '' : `${folder}/`;
  if (files === null) {
    const entries = readdirSync(path.join(ROOT, folder), { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => `${prefix}${entry.name}`);
  }
  const below = files.filter((file) => file.startsWith(prefix) && file.slice(prefix.length).includes('/'));
  return [...new Set(below.map((file) => prefix + (file.slice(prefix.length).split('/')[0] as string)))];
}

/** Relative links of a document, without their anchors. */
function relativeLinks(file: string): string[] {
  const text = textOf(file).replace(/```[\s\S]*?```/g, '');
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(
    ([, target]) => (target as string).split('#')[0] as string,
  );
  return targets.filter((target) => target !== '' && !/^[a-z]+:/.test(target));
}

describe('docs/architecture.md', () => {
  const named = foldersOfTheTree();

  it('names no folder that is not there', () => {
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((folder) => !existsSync(path.join(ROOT, folder)))).toEqual([]);
  });

  it('names every folder at the top of src/, of platform/, of core/ and of the repository', () => {
    const all = ['src', 'src/core', 'src/platform', ''].flatMap(topFolders).filter((folder) => !folder.startsWith('.'));
    expect(all.filter((folder) => !named.includes(folder))).toEqual([]);
  });

  it('names every table that the migrations make', () => {
    const page = textOf('docs/architecture.md');
    const migrations = readdirSync(path.join(ROOT, 'migrations')).map((name) => textOf(`migrations/${name}`));
    const tables = migrations.flatMap((text) => [...text.matchAll(/create table (\w+)/g)].map(([, name]) => name));
    expect(tables.length).toBeGreaterThan(10);
    expect(tables.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});

describe('the documents', () => {
  it('link only to what is there', () => {
    const broken = documents().flatMap((file) =>
      relativeLinks(file)
        .filter((target) => !existsSync(path.join(ROOT, path.dirname(file), target)))
        .map((target) => `${file} → ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('name only npm scripts that are there', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
    const unknown = documents().flatMap((file) =>
      [...textOf(file).matchAll(/npm run ([a-z:]+)/g)]
        .filter(([, name]) => scripts[name as string] === undefined)
        .map(([command]) => `${file}: ${command}`),
    );
    expect(unknown).toEqual([]);
  });
});
