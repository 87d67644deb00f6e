import 'reflect-metadata';
import { status } from '@grpc/grpc-js';
import type { OpenAPIObject } from '@nestjs/swagger';
import pg from 'pg';
import { stringify } from 'yaml';
import { GatewayModule } from '../src/app/gateway.module.js';
import { createHttpApp } from '../src/app/http-server.js';
import { buildOpenApi } from '../src/app/openapi.js';
import { GATEWAY_ERRORS } from '../src/core/gateway-error.js';
import type { MetaErrorRow } from '../src/core/meta-errors/meta-error-row.js';
import { META_ERRORS } from '../src/core/meta-errors/meta-error-table.js';
import { systemClock } from '../src/platform/clock/system-clock.js';
import { loadConfig } from '../src/platform/config/load-config.js';
import { SETTINGS, type Setting } from '../src/platform/config/settings.js';
import { Db } from '../src/platform/db/db.js';
import { Readiness } from '../src/platform/lifecycle/readiness.js';
import { CrashPoints } from '../src/platform/observability/crash-points.js';
import { createLogger } from '../src/platform/observability/logger.js';
import { Metrics } from '../src/platform/observability/metrics.js';
import { Runtime } from '../src/platform/runtime.js';
import { loadRpcCatalog } from '../src/platform/transport/rpc-catalog.js';
import { rpcAsyncApi } from './rpc-asyncapi.js';

const NOTICE = '<!-- Written by `npm run docs:generate`; change the table in the code and run it again. -->';
const YAML_STYLE = { lineWidth: 120, singleQuote: true, aliasDuplicateObjects: false };
const YAML_NOTICE = '# Written by `npm run docs:generate` from the protos; change them and run it again.';

/** Every document that is derived from code: path below the root and text. The same code gives the same bytes. */
export async function generatedDocs(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['docs/configuration.md', configurationText()],
    ['docs/errors.md', errorsText()],
    ['docs/asyncapi-rpc.yaml', `${YAML_NOTICE}\n${stringify(rpcAsyncApi(loadRpcCatalog()), YAML_STYLE)}`],
    ['docs/openapi.json', `${JSON.stringify(await openApiDocument(), null, 2)}\n`],
  ]);
}

/** The OpenAPI document of an application that is made, never listens, and never uses its database. */
async function openApiDocument(): Promise<OpenAPIObject> {
  const config = loadConfig({ DATABASE_URL: 'postgres://127.0.0.1:1/never-used', LOG_LEVEL: 'silent' });
  const runtime = new Runtime(config, systemClock, createLogger(config), new Metrics(), new CrashPoints(undefined));
  // A pool connects when it is first asked, and nobody asks.
  const pool = new pg.Pool({ connectionString: config.databaseUrl });
  const connections = { main: new Db(pool), ingest: new Db(pool), close: () => pool.end() };
  const app = await createHttpApp(GatewayModule.over({ runtime, connections, readiness: new Readiness() }), runtime);
  try {
    return buildOpenApi(app);
  } finally {
    await app.close();
    await connections.close();
  }
}

function configurationText(): string {
  const rows = Object.values<Setting<unknown>>(SETTINGS).map((row) => [
    `\`${row.env}\`${row.isSecret === true ? ' (secret)' : ''}`,
    defaultOf(row),
    cell(row.doc),
  ]);
  return `# Configuration

${NOTICE}

Settings are environment variables. They are read and checked once, at the start; everything that is wrong is reported
in one message, and the process ends with status 1. An empty variable counts as absent.

${table(['setting', 'default', 'what it does'], rows)}

## Rules over more than one setting

- \`GRAPH_TIMEOUT_MS\` must be below \`LEASE_MS\`: else a lane can move while its sends still wait for answers.
- With \`NODE_ENV=production\`, ${unsafeNames()} must be set to secrets of your own, \`GRAPH_BASE_URL\` must be https
  unless it is loopback, and \`NODE_TLS_REJECT_UNAUTHORIZED=0\` is refused.
- \`CRASH_AT\` is refused unless \`NODE_ENV\` is \`test\`.

\`BOOTSTRAP_FILE\`, key rotation and the rest of running the service: [operations.md](operations.md).
`;
}

function unsafeNames(): string {
  const names = Object.values<Setting<unknown>>(SETTINGS).filter((row) => row.unsafeDefault === true);
  return names.map((row) => `\`${row.env}\``).join(' and ');
}

function defaultOf(row: Setting<unknown>): string {
  if (row.unsafeDefault === true) return 'a well-known one, for development only';
  return row.fallback === undefined || row.fallback === '' ? '–' : `\`${row.fallback}\``;
}

function errorsText(): string {
  const ours = Object.entries(GATEWAY_ERRORS).map(([code, row]) => [
    `\`${code}\``,
    String(row.http),
    `${row.grpc} ${status[row.grpc]}`,
    row.retryable ? 'yes' : 'no',
    cell(row.title),
  ]);
  const metas = Object.entries<MetaErrorRow>(META_ERRORS)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([code, row]) => [code, cell(row.title), onSend(row), affects(row), alerts(row), cell(row.advice)]);
  return `# Errors

${NOTICE}

## Ours

Every error of the REST interface is a problem document (RFC 9457, \`application/problem+json\`): \`type\`
(\`urn:heliograph:error:<code>\`), \`title\`, \`status\`, \`detail\` (what is wrong and what to do), \`code\`, \`retryable\`,
\`retry_after_ms\` when the wait is known (then also the header \`Retry-After\`), \`errors\`, a list of
\`{pointer, detail}\` with a JSON pointer for each field that breaks a rule, and \`meta\` with Meta's \`code\`, \`subcode\`,
\`details\` and \`fbtrace_id\` when the error is Meta's. Decide by \`code\`: it is stable.
Retryable means that the same request may succeed later; repeat it with the same \`Idempotency-Key\`.

NATS answers the same document, with its status and sentence in the headers \`Nats-Service-Error-Code\` and
\`Nats-Service-Error\`. gRPC answers the status below with google.rpc.Status details: ErrorInfo (\`reason\` is the code,
\`metadata\` has \`meta_code\`, \`meta_subcode\`, \`meta_details\` and \`meta_fbtrace_id\`), BadRequest and RetryInfo.

${table(['code', 'HTTP', 'gRPC', 'retryable', 'title'], ours)}

## Meta's

What the gateway makes of each error code of Meta's. A message that was refused for good is \`rejected\`, and its
\`errors\` and last attempt say why; one that may be sent again goes back into the queue and waits at least the pause.
\`unknown\` means that Meta may have taken the message in spite of the error: only evidence decides
([delivery-states.md](delivery-states.md)). The code alone decides, because the HTTP status of a code varies.
Codes 200 to 299 that are not listed count as permission errors; any other code that is not listed is rejected, or
\`unknown\` when it came with HTTP 5xx.

The same codes come in \`failed\` statuses, minutes after Meta took the message. There they are reported, and nothing is
resent after a \`failed\` status. What stops an account, a number or a template stops it all the same
([operations.md](operations.md#what-ends-a-stop)), 130429 and 131057 slow the number down, and 131047, 131049 and 131050
tell of the person.

${table(['code', "Meta's title", 'the send', 'what pauses', 'who acts', 'what to do'], metas)}
`;
}

function onSend(row: MetaErrorRow): string {
  return row.onSend === 'retry' ? `retry, ${seconds(row.pauseMs)}` : row.onSend;
}

function affects(row: MetaErrorRow): string {
  return row.slow === 'none' ? '–' : row.slow;
}

function alerts(row: MetaErrorRow): string {
  return row.alert === 'none' ? '–' : row.alert;
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}

/** Text that keeps inside its cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s+/g, ' ').trim();
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}
