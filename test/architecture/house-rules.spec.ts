import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  CLOCK,
  ENVIRONMENT_READERS,
  everyExportHasDocblock,
  everyTestRuns,
  type HouseRule,
  kebabCaseName,
  MAX_LINES,
  noBarrel,
  noClockNoDice,
  noEnvironment,
  noMachinePath,
  notTooLong,
  type SourceText,
} from './house-rules.js';

const ROOT = process.cwd();
/** Made by tools, installed or local: nothing in them is written by us. */
const NOT_OURS = new Set(['node_modules', 'dist', '.git', '.data', 'coverage', 'package-lock.json']);
/** Code that a generator writes from the protos; its docblocks are the protos' comments. */
const GENERATED = 'src/contracts/generated/';
const TEXT = /\.(ts|mts|cts|mjs|cjs|js|json|ya?ml|md|proto|sql|html|css|sh|txt)$|(^|\/)(Dockerfile|run|\.[a-z]+rc)$/;

function filesBelow(folder: string): string[] {
  if (!existsSync(path.join(ROOT, folder))) return [];
  return readdirSync(path.join(ROOT, folder), { withFileTypes: true })
    .filter(({ name }) => !NOT_OURS.has(name))
    .flatMap((entry) => {
      const file = path.posix.join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(file) : [file];
    });
}

const read = (file: string): SourceText => ({ path: file, text: readFileSync(path.join(ROOT, file), 'utf8') });
const isTypeScript = (file: string): boolean => file.endsWith('.ts') && !file.startsWith(GENERATED);
const isSpec = (file: string): boolean => file.endsWith('.spec.ts');

function offenders(rule: HouseRule, files: readonly string[]): string[] {
  return files.flatMap((file) => rule(read(file)));
}

const src = filesBelow('src').filter(isTypeScript);
const production = src.filter((file) => !isSpec(file));
const product = [...src, ...[...filesBelow('simulator'), ...filesBelow('demo')].filter(isTypeScript)];
const all = [
  ...product,
  ...[...filesBelow('bench'), ...filesBelow('scripts'), ...filesBelow('test')].filter(isTypeScript),
];
const specs = all.filter(isSpec);
const texts = filesBelow('.').filter((file) => TEXT.test(file));

describe('the tree', () => {
  it('is really read', () => {
    expect(src.length).toBeGreaterThan(0);
    expect(specs).toContain('test/architecture/house-rules.spec.ts');
    expect(texts).toContain('package.json');
  });

  it('has no barrels', () => expect(offenders(noBarrel, all)).toEqual([]));
  it('names its files in kebab-case', () => expect(offenders(kebabCaseName, all)).toEqual([]));
  it(`has no file above ${MAX_LINES} lines`, () => expect(offenders(notTooLong, product)).toEqual([]));
  it('is handed time and randomness', () => expect(offenders(noClockNoDice, src)).toEqual([]));
  // Specs are not the product: like test/ they may ask what the machine has.
  it('reads the environment in one place', () => expect(offenders(noEnvironment, production)).toEqual([]));
  it('skips and focuses no test', () => expect(offenders(everyTestRuns, specs)).toEqual([]));
  it('names no path of one machine', () => expect(offenders(noMachinePath, texts)).toEqual([]));
  it('locks its packages without the address of one registry', () => {
    const lock = JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { resolved?: string }>;
    };
    const addresses = Object.values(lock.packages).flatMap(({ resolved }) => resolved ?? []);
    expect(addresses.filter((url) => !url.startsWith('https://registry.npmjs.org/'))).toEqual([]);
  });
  it('documents everything that src exports', () => expect(offenders(everyExportHasDocblock, production)).toEqual([]));
});

const file = (text: string, at = 'src/messaging/x.ts'): SourceText => ({ path: at, text });
const DOCBLOCK = '/** Says what it promises. */\n';
const home = ['', 'home', 'someone', 'x'].join('/');
const skip = ['it', 'skip'].join('.');

/** One offence per line: the rule that must see it and the file that commits it. */
const PLANTS: ReadonlyArray<readonly [what: string, rule: HouseRule, offence: SourceText]> = [
  ['a barrel', noBarrel, file('', 'src/messaging/index.ts')],
  ['a camelCase file', kebabCaseName, file('', 'src/messaging/sendLoop.ts')],
  ['a long file', notTooLong, file('x;\n'.repeat(MAX_LINES + 1))],
  ['Date.now()', noClockNoDice, file('const t = Date.now();')],
  ['Date.now handed on as a function', noClockNoDice, file('const clock = { now: Date.now };')],
  ['new Date()', noClockNoDice, file('const t = new Date();')],
  ['new Date without parentheses', noClockNoDice, file('const t = new Date;')],
  ['Math.random()', noClockNoDice, file("const t = Math['random']();")],
  ['process.env', noEnvironment, file('const t = process.env.PORT;')],
  ["process['env']", noEnvironment, file("const { PORT } = process['env'];")],
  ['an imported environment', noEnvironment, file("import { env as e } from 'node:process';")],
  ['a skipped test', everyTestRuns, file(`${skip}('x', () => {});`)],
  ['a skipped table', everyTestRuns, file(`${skip}.each([1])('x', () => {});`)],
  ['a focused table', everyTestRuns, file("describe.each([1]).only('x', () => {});")],
  ['a focused suite', everyTestRuns, file("fdescribe('x', () => {});")],
  ['a machine path', noMachinePath, file(`const x = '${home}';`)],
  ['a bare class', everyExportHasDocblock, file('export class A {}')],
  ['a bare function', everyExportHasDocblock, file('export async function f() {}')],
  ['a bare constant', everyExportHasDocblock, file('export const x = 1;')],
  ['a bare interface', everyExportHasDocblock, file('export interface I {}')],
  ['a bare type', everyExportHasDocblock, file('export type T = 1;')],
  ['a bare decorated class', everyExportHasDocblock, file('@Injectable()\nexport class A {}')],
  ['a line comment for a docblock', everyExportHasDocblock, file('// It does this.\nexport const x = 1;')],
  ['a header for a docblock', everyExportHasDocblock, file(`${DOCBLOCK}\nexport const x = 1;`)],
  ['an export list', everyExportHasDocblock, file(`${DOCBLOCK}const x = 1;\nexport { x };`)],
];

const CLEAN: ReadonlyArray<readonly [what: string, rule: HouseRule, clean: SourceText]> = [
  ['a date from a number', noClockNoDice, file('const t = new Date(0); Date.parse(s); // Date.now()')],
  ['the clock itself', noClockNoDice, file('const t = new Date();', `${CLOCK}system-clock.ts`)],
  ['the configuration', noEnvironment, file('load(process.env);', `${ENVIRONMENT_READERS[1]}load-config.ts`)],
  ['a full file', notTooLong, file('x;\n'.repeat(MAX_LINES))],
  ['a migration', kebabCaseName, file('', 'migrations/1764000000000-init.ts')],
  ['a role behind a dot', kebabCaseName, file('', 'src/messaging/messages.store.ts')],
  ['a suite for what a machine may lack', everyTestRuns, file('const suite = has ? describe : describe.skip;')],
  ['a path of an address', noMachinePath, file('https://example.com/work/with-us')],
  ['a documented class', everyExportHasDocblock, file(`${DOCBLOCK}@Injectable()\n@Other({ a: 1 })\nexport class A {}`)],
  ['a docblock under a decorator', everyExportHasDocblock, file(`@Injectable()\n${DOCBLOCK}export class A {}`)],
  ['overloads', everyExportHasDocblock, file(`${DOCBLOCK}export function f(): 1;\nexport function f() {}`)],
  ['what is not exported', everyExportHasDocblock, file('const x = 1;\nfunction f() {}')],
];

describe('a house rule', () => {
  it.each(PLANTS)('sees %s', (_what, rule, offence) => {
    expect(rule(offence)).not.toEqual([]);
  });

  it.each(CLEAN)('leaves %s alone', (_what, rule, clean) => {
    expect(rule(clean)).toEqual([]);
  });
});
