import ts from 'typescript';

/** One file as a rule sees it: its path from the root with forward slashes, and its whole text. */
export interface SourceText {
  readonly path: string;
  readonly text: string;
}

/** A rule of the house: answers one line per offence, `path:line what`, and nothing for a clean file. */
export type HouseRule = (file: SourceText) => string[];

/** Lines a file may have before it must be split (style sheet §4: aim at 250, never more than 400). */
export const MAX_LINES = 400;

/** The only folder that may ask the machine for the time or for randomness; all others are handed them. */
export const CLOCK = 'src/platform/clock/';

/** The only places that may read the environment; all others are handed the validated configuration. */
export const ENVIRONMENT_READERS = ['src/main.ts', 'src/platform/config/'];

const isOneOf = (path: string, places: readonly string[]): boolean => places.some((place) => path.startsWith(place));

function parse(file: SourceText): ts.SourceFile {
  return ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true);
}

function at(source: ts.SourceFile, node: ts.Node, what: string): string {
  return `${source.fileName}:${source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1} ${what}`;
}

function offences(file: SourceText, judge: (node: ts.Node) => string | null): string[] {
  const source = parse(file);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const what = judge(node);
    if (what !== null) found.push(at(source, node, what));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The name behind a property, whether written `a.b` or `a['b']`; null for anything else. */
function member(node: ts.Node): { readonly of: string; readonly name: string } | null {
  if (ts.isPropertyAccessExpression(node)) return { of: node.expression.getText(), name: node.name.text };
  if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)) {
    return { of: node.expression.getText(), name: node.argumentExpression.text };
  }
  return null;
}

/** No barrels: in ESM they turn a harmless import into a cycle that crashes at start. */
export const noBarrel: HouseRule = ({ path }) => (/(^|\/)index\.[cm]?tsx?$/.test(path) ? [`${path} is a barrel`] : []);

/** Files are kebab-case with their role behind a dot, so that every path can be guessed. */
export const kebabCaseName: HouseRule = ({ path }) => {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/.test(name) ? [] : [`${path} is not kebab-case`];
};

/** A file that outgrows the limit holds more than one idea. */
export const notTooLong: HouseRule = ({ path, text }) => {
  const lines = text.replace(/\n$/, '').split('\n').length;
  return lines > MAX_LINES ? [`${path} has ${lines} lines (at most ${MAX_LINES})`] : [];
};

/** Time and randomness come in as arguments, so that every decision can be repeated in a test. */
export const noClockNoDice: HouseRule = (file) => {
  if (file.path.startsWith(CLOCK)) return [];
  return offences(file, (node) => {
    const used = member(node);
    if (used !== null && /^(globalThis\.)?Date$/.test(used.of) && used.name === 'now') return 'asks Date.now';
    if (used !== null && /^(globalThis\.)?Math$/.test(used.of) && used.name === 'random') return 'asks Math.random';
    const makesDate = (ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText() === 'Date';
    if (!makesDate) return null;
    const asksNow = ts.isCallExpression(node) || (node.arguments?.length ?? 0) === 0;
    return asksNow ? 'asks the machine for the date' : null;
  });
};

/** The environment is read once and checked as a whole; a late read would escape that check. */
export const noEnvironment: HouseRule = (file) => {
  if (isOneOf(file.path, ENVIRONMENT_READERS)) return [];
  return offences(file, (node) => {
    const used = member(node);
    if (used !== null && /^(globalThis\.)?process$/.test(used.of) && used.name === 'env') return 'reads process.env';
    if (!ts.isImportSpecifier(node)) return null;
    const from = node.parent.parent.parent.moduleSpecifier.getText().slice(1, -1);
    const imported = (node.propertyName ?? node.name).text;
    return imported === 'env' && /^(node:)?process$/.test(from) ? 'imports the environment' : null;
  });
};

/**
 * A focused or skipped test is a promise that nobody checks. One form is let through, because it is chosen at run time and
 * CI forbids its cause: `condition ? describe.skip : describe`, for what a machine may lack.
 */
export const everyTestRuns: HouseRule = (file) =>
  offences(file, (node) => {
    const used = member(node);
    if (used !== null && /^(it|test|describe)\b/.test(used.of) && /^(only|skip|todo|skipIf|failing)$/.test(used.name)) {
      const isChosen = used.name === 'skip' && ts.isConditionalExpression(node.parent);
      return isChosen ? null : `uses ${used.name}`;
    }
    const called = ts.isCallExpression(node) ? node.expression.getText() : '';
    return /^(xit|xtest|xdescribe|fit|fdescribe)\b/.test(called) ? `uses ${called}` : null;
  });

/** Everything exported says what it promises: a docblock stands right above it, decorators may stand between. */
export const everyExportHasDocblock: HouseRule = (file) => {
  const source = parse(file);
  const found: string[] = [];
  const documented = new Set<string>();
  for (const statement of source.statements) {
    if (ts.isExportDeclaration(statement) && statement.moduleSpecifier === undefined && statement.exportClause) {
      found.push(at(source, statement, 'is exported away from its declaration, where its docblock cannot be checked'));
      continue;
    }
    if (!isExported(statement)) continue;
    const name = nameOf(statement);
    // Overloads are one function: the docblock above the first signature speaks for all.
    if (ts.isFunctionDeclaration(statement) && documented.has(name)) continue;
    if (hasDocblock(source, statement)) documented.add(name);
    else found.push(at(source, statement, `${name} is exported without a docblock right above it`));
  }
  return found;
};

function isExported(statement: ts.Statement): boolean {
  if (!ts.canHaveModifiers(statement)) return false;
  return ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

function nameOf(statement: ts.Statement): string {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText()).join(', ');
  }
  const { name } = statement as { readonly name?: ts.Node } & ts.Statement;
  return name?.getText() ?? 'default';
}

function hasDocblock(source: ts.SourceFile, statement: ts.Statement): boolean {
  const { text } = source;
  const decorators = ts.canHaveDecorators(statement) ? (ts.getDecorators(statement) ?? []) : [];
  const starts = [statement.getFullStart(), ...decorators.map(({ end }) => end)];
  return starts.some((start) => {
    const comments = ts.getLeadingCommentRanges(text, start) ?? [];
    const own = comments.filter(({ pos, end }) => !text.slice(pos, end).startsWith('// biome-ignore'));
    const last = own.at(-1);
    if (last === undefined || !text.slice(last.pos, last.end).startsWith('/**')) return false;
    // A blank line parts a file's header from its first declaration.
    const between = text.slice(last.end, text.slice(last.end).search(/\S/) + last.end);
    return between.split('\n').length <= 2;
  });
}

// Written in pieces so that this file is not its own offender.
const FOLDERS_OF_MACHINES = ['work', 'tmp', 'root', 'home', 'Users'].join('|');
const MACHINE_PATH = new RegExp(`(?<![\\w.\\]})])/(${FOLDERS_OF_MACHINES})/[A-Za-z]`);

/** A path of one machine in a file is a bug on every other one, and tells about its author. */
export const noMachinePath: HouseRule = ({ path, text }) =>
  text
    .split('\n')
    .flatMap((line, i) => (MACHINE_PATH.test(line) ? [`${path}:${i + 1} names a path of one machine`] : []));
