// The fence: who may import whom. One sentence holds it together:
//
//   core ← platform ← meta ← accounts ← rate-limit ← templates ← metrics ← media ← messaging ← campaigns ← drop-in ←
//   webhooks ← app; arrows never point the other way, a feature is entered by its door, and only stores touch the
//   database driver.
//
// `test/architecture/fence.spec.ts` plants a violation of every rule and expects it to be caught, because a fence can go
// blind without a word (an older major of this tool missed half of the edges under TypeScript 6).

/** Features in dependency order: each may use those before it, never those after it. */
const FEATURES = [
  'accounts',
  'rate-limit',
  'templates',
  'metrics',
  'media',
  'messaging',
  'campaigns',
  'drop-in',
  'webhooks',
];

/** Core files that may hash: a signature and a token are decisions, and node:crypto computes them without I/O. */
const CORE_FILES_THAT_HASH = '^src/core/(webhook/signature|delivery/callback-token)\\.ts$';

const SPEC = '\\.spec\\.ts$';
const OWN_TREES = '^(src|simulator|demo|bench|scripts|migrations|test)/';
const inside = (names) => `^src/(${names.join('|')})/`;
const feature = inside(FEATURES);
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

const layers = [
  forbid(
    'core-is-pure',
    'core decides without I/O, so that every decision can be tested with values alone',
    { path: '^src/core/', pathNot: `${SPEC}|${CORE_FILES_THAT_HASH}` },
    { pathNot: '^src/core/' },
  ),
  forbid(
    'core-may-only-hash',
    'the two hashing files of core get node:crypto and nothing else',
    { path: CORE_FILES_THAT_HASH },
    { pathNot: '^src/core/|^(node:)?crypto$' },
  ),
  forbid(
    'contracts-stand-alone',
    'callers compile against contracts/, so it must not drag the service along',
    { path: '^src/contracts/', pathNot: SPEC },
    { path: OWN_TREES, pathNot: '^src/contracts/' },
  ),
  forbid(
    'platform-knows-no-feature',
    'platform is machinery that any service would have',
    { path: '^src/platform/' },
    { path: `^src/(meta|app)/|^src/main\\.ts$|${feature}` },
  ),
  forbid(
    'meta-knows-no-feature',
    'meta talks to the Graph API and does not know why',
    { path: '^src/meta/' },
    { path: `^src/app/|^src/main\\.ts$|${feature}` },
  ),
  forbid(
    'nobody-imports-app',
    'app wires everything together; only main.ts, tests and the scripts that describe it start it',
    { path: OWN_TREES, pathNot: '^(src/app|test|scripts)/|^src/main\\.ts$' },
    { path: '^src/app/' },
  ),
  forbid(
    'nobody-imports-main',
    'main.ts is a process, not a library',
    { path: OWN_TREES, pathNot: '^test/' },
    { path: '^src/main\\.ts$' },
  ),
];

const featureOrder = FEATURES.slice(0, -1).map((name, i) =>
  forbid(
    `${name}-must-not-use-later-features`,
    `order of the features: ${FEATURES.join(', ')}`,
    { path: inside([name]) },
    { path: inside(FEATURES.slice(i + 1)) },
  ),
);

const doors = FEATURES.map((name) =>
  forbid(
    `enter-${name}-by-its-door`,
    `other folders see ${name}/*.service.ts, *.dto.ts and *.module.ts only`,
    { path: '^src/', pathNot: `^src/(${name}/|main\\.ts$)` },
    { path: inside([name]), pathNot: `^src/${name}/[^/]+\\.(service|dto|module)\\.ts$` },
  ),
);

const roles = [
  forbid(
    'db-driver-only-in-stores',
    'SQL stands whole in *.store.ts; elsewhere a service could query past the tenant filter',
    { path: '^(src|simulator|demo)/', pathNot: '^src/platform/db/|\\.(store|entity)\\.ts$' },
    { path: 'node_modules/(@types/)?(typeorm|pg|pg-[a-z-]+)/' },
  ),
  forbid(
    'transports-are-thin',
    'a transport translates between its wire and the service and decides nothing',
    { path: `${feature.slice(0, -1)}/transport/`, pathNot: SPEC },
    {
      path: '^src/',
      pathNot: '^src/(core|contracts|platform/(http|auth|transport))/|\\.(service|dto)\\.ts$|/transport/[^/]+\\.ts$',
    },
  ),
  forbid(
    'kinds-are-declarations',
    'a kind of message is data: validation, rules and its shape for the Graph API',
    { path: '\\.kind\\.ts$' },
    {
      pathNot:
        '^src/core/|\\.kind\\.ts$|define-kind\\.ts$|node_modules/(class-validator|class-transformer|@nestjs/swagger)/',
    },
  ),
];

const trees = [
  forbid(
    'simulator-shares-no-code-with-src',
    'one bug in shared code would hide itself on both sides',
    { path: '^simulator/' },
    { path: '^(src|test|demo|bench|migrations)/' },
  ),
  forbid(
    'src-shares-no-code-with-other-trees',
    'the product does not depend on its simulator, tests, demos or tools',
    { path: '^src/' },
    { path: '^(simulator|test|demo|bench|scripts)/' },
  ),
  forbid(
    'migrations-belong-to-platform-db',
    'one place knows which migrations exist and in which order they run',
    { path: OWN_TREES, pathNot: '^(src/platform/db|migrations|test)/' },
    { path: '^migrations/' },
  ),
  forbid(
    'migrations-are-history',
    'a migration that imports living code changes its meaning when that code changes',
    { path: '^migrations/' },
    { path: '^(src|simulator|test|demo|bench|scripts)/' },
  ),
];

const hygiene = [
  forbid('no-cycles', 'in ESM a cycle of decorated classes crashes at start', {}, { circular: true }),
  forbid(
    'no-unresolvable-import',
    'an edge that cannot be resolved is an edge that no rule sees',
    { path: OWN_TREES },
    { couldNotResolve: true },
  ),
  forbid('nobody-imports-a-spec', 'test code stays in tests', { path: OWN_TREES, pathNot: SPEC }, { path: SPEC }),
  forbid(
    'only-declared-packages',
    'a package that is not in dependencies is missing from the image',
    { path: '^(src|simulator)/', pathNot: SPEC },
    { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: 'node_modules/@types/' },
  ),
];

module.exports = {
  forbidden: [...layers, ...featureOrder, ...doors, ...roles, ...trees, ...hygiene],
  options: {
    // Type-only imports count too: `import type` from a store is still knowledge of its rows.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    // Packages that are ESM only have no `main`, only `exports`.
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'] },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
  },
};
