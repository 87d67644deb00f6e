import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

// No YAML parser is a dependency of ours, so the compose file is read by its indentation.
const dockerfile = readFileSync('Dockerfile', 'utf8');
const compose = withoutComments(readFileSync('docker-compose.yml', 'utf8'));
const dockerignore = readFileSync('.dockerignore', 'utf8')
  .split('\n')
  .filter((line) => /^[^#]/.test(line));

const SERVICES = ['postgres', 'nats', 'heliograph', 'simulator'];
const SECRETS = ['POSTGRES_PASSWORD', 'HELIOGRAPH_DB_PASSWORD', 'ENCRYPTION_KEYS', 'API_KEY_PEPPER', 'ADMIN_API_KEY'];

function withoutComments(yaml: string): string {
  return yaml
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n');
}

/** The lines below `key:` that stand deeper than it; throws when there is no such key at that depth. */
function block(yaml: string, key: string, indent = 0): string {
  const lines = yaml.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`${' '.repeat(indent)}${key}:`));
  if (start === -1) throw new Error(`no ${key} at indent ${indent}`);
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => line.trim() !== '' && line.search(/\S/) <= indent);
  return rest.slice(0, end === -1 ? rest.length : end).join('\n');
}

const service = (name: string): string => block(block(compose, 'services'), name, 2);

/** The last stage of the Dockerfile, which is what runs. */
const runtime = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));

describe('the image', () => {
  it('is built in stages from one pinned base', () => {
    const stages = [...dockerfile.matchAll(/^FROM (\S+) AS (\S+)$/gm)].map(([, base, name]) => `${name} ${base}`);
    expect(stages).toEqual(['build', 'packages', 'runtime'].map((name) => `${name} node:24-bookworm-slim`));
  });

  it('runs no install script of a package', () => {
    const installs = dockerfile.match(/npm (ci|install|i)\b.*/g) ?? [];
    expect(installs).toHaveLength(2);
    expect(installs.filter((line) => !/^npm ci .*--ignore-scripts/.test(line))).toEqual([]);
  });

  it('carries neither development packages nor a database', () => {
    expect(dockerfile).toMatch(/npm ci --omit=dev --omit=optional /);
    expect(runtime).toContain('COPY --from=packages /app/node_modules ./node_modules');
    expect(runtime).not.toMatch(/COPY --from=build \S*node_modules/);
    expect(runtime).not.toMatch(/^RUN /m);
  });

  it('runs as an unprivileged user that owns none of the code', () => {
    expect(runtime.match(/^USER .*/gm)).toEqual(['USER node']);
    expect(runtime).not.toContain('--chown');
    expect(runtime.indexOf('\nUSER node')).toBeLessThan(runtime.indexOf('\nCMD'));
  });

  it('says that it needs an init process, what it listens on and how it is', () => {
    expect(dockerfile).toContain('--init');
    expect(runtime).toMatch(/^EXPOSE 3000 50051$/m);
    expect(runtime).toMatch(/^HEALTHCHECK (.*\\\n)?.*fetch\(.*\/health\/live/m);
    expect(runtime).toMatch(/^CMD \["node", (".*", )?"dist\/src\/main\.js"\]$/m);
  });

  it('lets into the build only what is named', () => {
    expect(dockerignore[0]).toBe('*');
    const letIn = dockerignore.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    expect(letIn).toEqual(expect.arrayContaining(['package.json', 'package-lock.json', '.swcrc', 'scripts', 'src']));
    expect(letIn.filter((path) => /env|data|git|\*/.test(path))).toEqual([]);
    expect(dockerignore).toEqual(expect.arrayContaining(['**/.env', '**/.env.*', '**/.data', '**/node_modules']));
  });
});

describe('the compose file', () => {
  it('has these services, with pinned images', () => {
    const named = [...block(compose, 'services').matchAll(/^ {2}(\w+):$/gm)].map(([, name]) => name);
    expect(named).toEqual(SERVICES);
    expect(service('postgres')).toMatch(/image: postgres:18$/m);
    expect(service('nats')).toMatch(/image: nats:2\.12(-alpine)?$/m);
    expect(compose).not.toMatch(/image: \S+:latest|image: [^:\s]+$/m);
  });

  it.each(SERVICES)('hardens %s', (name) => {
    const hardened = block(compose, 'x-hardened');
    expect(hardened).toMatch(/^ {2}read_only: true$/m);
    expect(hardened).toMatch(/^ {2}cap_drop: \[ALL\]$/m);
    expect(hardened).toMatch(/^ {2}security_opt: \['no-new-privileges:true'\]$/m);
    expect(hardened).toMatch(/^ {2}init: true$/m);
    expect(service(name)).toMatch(/^ {4}<<: \*hardened$/m);
    expect(service(name)).toContain('\n    tmpfs: [/tmp');
    // A key of its own would replace the merged one.
    expect(service(name)).not.toMatch(/^ {4}(read_only|cap_drop|security_opt|init|privileged|user):/m);
  });

  it.each(['nats', 'heliograph', 'simulator'])('gives no capability back to %s', (name) => {
    expect(service(name)).not.toContain('cap_add');
  });

  it.each(SECRETS)('refuses to start without %s and knows no value of it', (secret) => {
    const uses = compose.match(new RegExp(`(?<!\\$)\\$\\{${secret}\\b[^}]*\\}`, 'g')) ?? [];
    expect(uses.length).toBeGreaterThan(0);
    expect(uses.filter((use) => !use.startsWith(`\${${secret}:?`))).toEqual([]);
    expect(compose).not.toMatch(new RegExp(`^ +${secret}: (?!\\$\\{)`, 'm'));
  });

  it('keeps the secrets in a file that git and the image never see', () => {
    expect(readFileSync('.gitignore', 'utf8').split('\n')).toContain('.env');
    expect(dockerignore).toContain('**/.env');
  });

  it('starts the gateway when database and bus are healthy', () => {
    const waits = block(service('heliograph'), 'depends_on', 4);
    expect(waits).toMatch(/postgres:\s+condition: service_healthy\s+nats:\s+condition: service_healthy/);
    for (const name of ['postgres', 'nats']) expect(block(service(name), 'healthcheck', 4)).toContain('test:');
  });

  it('keeps what must outlive a container in volumes', () => {
    expect(service('postgres')).toContain('- postgres-data:/var/lib/postgresql\n');
    expect(service('nats')).toContain('- nats-data:/data\n');
    expect(service('nats')).toMatch(/command: \[-js, --store_dir=\/data/);
    expect(block(compose, 'volumes')).toMatch(/postgres-data: .*\n {2}nats-data: /);
  });

  it('connects the service as a role that row-level security binds', () => {
    expect(service('heliograph')).toMatch(/DATABASE_URL: postgres:\/\/heliograph:/);
    expect(block(compose, 'configs')).toMatch(/create role heliograph login nosuperuser nobypassrls/);
    expect(service('heliograph')).not.toContain('${POSTGRES_PASSWORD');
  });

  it('opens ports on loopback only, and none of the database or the bus', () => {
    const ports = [...compose.matchAll(/^ +- '?([^'\n]*:\d+)'?$/gm)].map(([, port]) => port);
    expect(ports).toHaveLength(1);
    expect(ports.filter((port) => !port?.startsWith('127.0.0.1:'))).toEqual([]);
    for (const name of ['postgres', 'nats', 'simulator']) expect(service(name)).not.toMatch(/^ {4}ports:/m);
    expect(block(block(compose, 'networks'), 'backend', 2)).toContain('internal: true');
  });

  it('starts the simulator only when asked', () => {
    expect(service('simulator')).toMatch(/^ {4}profiles: \[simulator\]$/m);
    for (const name of ['postgres', 'nats', 'heliograph']) expect(service(name)).not.toContain('profiles:');
  });
});
