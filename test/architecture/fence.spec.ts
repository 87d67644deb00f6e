import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CLEAN_TREE, PLANT_PARTNERS, PLANTS } from './fence-skeleton.js';

const ROOT = process.cwd();
const DEPCRUISE = path.join(ROOT, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs');
const FENCE = path.join(ROOT, '.dependency-cruiser.cjs');
const TREES = ['src', 'simulator', 'demo', 'bench', 'scripts', 'migrations'];

interface Violation {
  readonly rule: { readonly name: string };
  readonly from: string;
  readonly to: string;
}

const folders: string[] = [];

function plantTree(extra: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'fence-'));
  folders.push(folder);
  for (const [file, code] of Object.entries({ ...CLEAN_TREE, ...extra })) write(folder, file, code);
  for (const name of ['@nestjs/common', 'pg', 'typeorm', 'fast-check']) {
    write(folder, `node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'main.js' }));
    write(folder, `node_modules/${name}/main.js`, 'module.exports = {};\n');
  }
  copyFileSync(path.join(ROOT, 'tsconfig.json'), path.join(folder, 'tsconfig.json'));
  return folder;
}

function write(folder: string, file: string, code: string): void {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  writeFileSync(path.join(folder, file), code);
}

function violationsIn(folder: string): Violation[] {
  const trees = TREES.filter((tree) => existsSync(path.join(folder, tree)));
  const run = spawnSync(process.execPath, [DEPCRUISE, '--config', FENCE, '--output-type', 'json', ...trees], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (run.stdout === '') throw new Error(`dependency-cruiser said nothing: ${run.stderr}`);
  const report = JSON.parse(run.stdout) as { summary: { violations: Violation[]; totalCruised: number } };
  if (report.summary.totalCruised === 0) throw new Error('dependency-cruiser looked at no file');
  return report.summary.violations;
}

const lines = (violations: readonly Violation[]): string[] =>
  violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`);

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe('the fence', () => {
  it('lets a tree pass that uses every permission', () => {
    expect(lines(violationsIn(plantTree({})))).toEqual([]);
  }, 60_000);

  it('finds the real tree clean', () => {
    expect(lines(violationsIn(ROOT))).toEqual([]);
  }, 120_000);

  it('is told about every rule by at least one planted violation', () => {
    const planted = new Set(PLANTS.map(([rule]) => rule));
    const fence = createRequire(import.meta.url)(FENCE) as { forbidden: readonly { readonly name: string }[] };
    expect(fence.forbidden.map(({ name }) => name).filter((name) => !planted.has(name))).toEqual([]);
  });

  describe('catches', () => {
    let found: readonly Violation[] = [];
    beforeAll(() => {
      const planted = Object.fromEntries(PLANTS.map(([, file, code]) => [file, `${code}${CLEAN_TREE[file] ?? ''}`]));
      found = violationsIn(plantTree({ ...planted, ...PLANT_PARTNERS }));
    }, 60_000);

    it.each(PLANTS)('%s when planted in %s', (rule, file) => {
      expect(found.filter((v) => v.from === file).map((v) => v.rule.name)).toContain(rule);
    });

    it('nothing but what was planted', () => {
      const files = new Set([...PLANTS.map(([, file]) => file), ...Object.keys(PLANT_PARTNERS)]);
      expect(lines(found.filter((v) => !files.has(v.from)))).toEqual([]);
    });
  });
});
