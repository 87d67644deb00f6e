import { LONGEST_SPREAD_MS } from '../../core/limits/full-hour.js';
import { CRASH_POINTS } from '../observability/crash-points.js';
import { commaList, integer, keyRing, optional, secret, text, url, word } from './setting-parsers.js';

/** One setting: the environment variable, what it does, its default, and how its text is read. */
export interface Setting<T> {
  readonly env: string;
  readonly doc: string;
  /** Used when the variable is absent or empty; undefined means that the setting is then undefined. */
  readonly fallback?: string;
  /** Production refuses to start with the default of such a setting. */
  readonly unsafeDefault?: boolean;
  /** Never shown, not even in part. */
  readonly isSecret?: boolean;
  /** Reads the text, or throws an Error whose message completes "NAME must …". */
  readonly parse: (text: string | undefined) => T;
}

function setting<T>(row: Setting<T>): Setting<T> {
  return row;
}

/** Well known, and therefore worthless as a secret: for development only. */
const DEVELOPMENT_KEY = 'development:aGVsaW9ncmFwaC1kZXZlbG9wbWVudC1vbmx5LWtleSE=';

/** Every setting of the service. docs/configuration.md is generated from this table. */
export const SETTINGS = {
  roles: setting({
    env: 'ROLES',
    doc: 'What this process does: `api` (REST, webhooks), `worker` (sending, applying, publishing, jobs) or `all`.',
    fallback: 'all',
    parse: word(['api', 'worker', 'all'] as const),
  }),
  environment: setting({
    env: 'NODE_ENV',
    doc: '`production` refuses default secrets and plain-http Graph URLs other than loopback.',
    fallback: 'development',
    parse: word(['development', 'test', 'production'] as const),
  }),
  httpHost: setting({
    env: 'HTTP_HOST',
    doc: 'Address that REST and webhooks listen on.',
    fallback: '0.0.0.0',
    parse: text(),
  }),
  httpPort: setting({
    env: 'HTTP_PORT',
    doc: 'Port of REST, webhooks, `/health` and `/metrics`. 0 picks a free one.',
    fallback: '3000',
    parse: integer(0, 65_535),
  }),
  grpcPort: setting({
    env: 'GRPC_PORT',
    doc: 'Port of gRPC, at the address of `HTTP_HOST`. 0 picks a free one. Without TLS: a proxy in front ends it.',
    fallback: '50051',
    parse: integer(0, 65_535),
  }),
  publicUrl: setting({
    env: 'PUBLIC_URL',
    doc: 'Where callers reach this gateway, for links in answers. Absent: where the call that is answered came to.',
    parse: optional(url(['https:', 'http:'])),
  }),
  databaseUrl: setting({
    env: 'DATABASE_URL',
    doc: 'PostgreSQL 15 or newer. Absent: an embedded PostgreSQL 18 is started with its data in `DATA_DIR`.',
    isSecret: true,
    parse: optional(url(['postgres:', 'postgresql:'])),
  }),
  databasePoolSize: setting({
    env: 'DATABASE_POOL_SIZE',
    doc: 'Connections to PostgreSQL per process, besides up to four that are kept for locks and webhooks.',
    fallback: '10',
    parse: integer(2, 200),
  }),
  natsUrl: setting({
    env: 'NATS_URL',
    doc:
      'NATS with JetStream. `off` switches the bus off. Absent: with an embedded database, a `nats-server` found on ' +
      'the PATH is started; otherwise the bus is off, and said to be off.',
    isSecret: true,
    parse: optional(text()),
  }),
  commandStreamMaxBytes: setting({
    env: 'COMMAND_STREAM_MAX_BYTES',
    doc:
      'Most bytes of commands that wait in the stream `WA_CMD`, and of dead letters in `WA_DLQ`. A full stream refuses its ' +
      'publisher; JetStream reserves the space.',
    fallback: '268435456',
    parse: integer(65_536, Number.MAX_SAFE_INTEGER),
  }),
  commandStreamMaxMessages: setting({
    env: 'COMMAND_STREAM_MAX_MESSAGES',
    doc: 'Most commands that wait in the stream `WA_CMD`, and most dead letters in `WA_DLQ`.',
    fallback: '1000000',
    parse: integer(1, Number.MAX_SAFE_INTEGER),
  }),
  graphBaseUrl: setting({
    env: 'GRAPH_BASE_URL',
    doc: "Meta's Graph API, or a simulator.",
    fallback: 'https://graph.facebook.com',
    parse: url(['https:', 'http:']),
  }),
  graphApiVersion: setting({
    env: 'GRAPH_API_VERSION',
    doc: 'Graph API version in every path. A version lives about two years.',
    fallback: 'v25.0',
    parse: (value) => {
      if (!/^v\d{1,3}\.\d$/.test(value ?? '')) throw new Error('look like v25.0');
      return value as string;
    },
  }),
  graphTimeoutMs: setting({
    env: 'GRAPH_TIMEOUT_MS',
    doc: 'How long a send waits for its answer before its outcome counts as unknown. Must be below `LEASE_MS`.',
    fallback: '10000',
    parse: integer(100, 60_000),
  }),
  graphConnections: setting({
    env: 'GRAPH_CONNECTIONS',
    doc: 'Connections to the Graph API per process, and so the most sends in flight.',
    fallback: '512',
    parse: integer(1, 10_000),
  }),
  encryptionKeys: setting({
    env: 'ENCRYPTION_KEYS',
    doc:
      'Key ring `kid:base64,…` of 32-byte keys that encrypt tokens and secrets in the database. The first encrypts, ' +
      'all decrypt. Rotate by putting a new one first.',
    fallback: DEVELOPMENT_KEY,
    unsafeDefault: true,
    isSecret: true,
    parse: keyRing,
  }),
  apiKeyPepper: setting({
    env: 'API_KEY_PEPPER',
    doc: 'Mixed into the hash of every API key. At least 16 characters; changing it invalidates all keys.',
    fallback: 'development-only-pepper',
    unsafeDefault: true,
    isSecret: true,
    parse: secret(16),
  }),
  adminApiKey: setting({
    env: 'ADMIN_API_KEY',
    doc: 'Key of the operator, at least 32 characters. Absent: the operator endpoints are closed.',
    isSecret: true,
    parse: optional(secret(32)),
  }),
  bootstrapFile: setting({
    env: 'BOOTSTRAP_FILE',
    doc: 'JSON file of portfolios, apps, WABAs, numbers and API keys that is applied at start, idempotently.',
    parse: optional(text()),
  }),
  dataDir: setting({
    env: 'DATA_DIR',
    doc: 'Folder of the embedded database and NATS store, of files on their way in, and of all files without `S3_BUCKET`.',
    fallback: '.data',
    parse: text(),
  }),
  s3Bucket: setting({
    env: 'S3_BUCKET',
    doc: 'Bucket that keeps files. Absent: a folder below `DATA_DIR` does, which replicas have to share.',
    parse: optional(text()),
  }),
  s3Endpoint: setting({
    env: 'S3_ENDPOINT',
    doc: 'Address of the S3 service, or of another that speaks its protocol. Needed with `S3_BUCKET`.',
    parse: optional(url(['https:', 'http:'])),
  }),
  s3Region: setting({
    env: 'S3_REGION',
    doc: 'Region that requests to `S3_ENDPOINT` are signed for.',
    fallback: 'us-east-1',
    parse: text(),
  }),
  s3AccessKeyId: setting({
    env: 'S3_ACCESS_KEY_ID',
    doc: 'Who signs requests to `S3_ENDPOINT`. Needed with `S3_BUCKET`.',
    parse: optional(text()),
  }),
  s3SecretAccessKey: setting({
    env: 'S3_SECRET_ACCESS_KEY',
    doc: 'Signs requests to `S3_ENDPOINT`. Needed with `S3_BUCKET`.',
    isSecret: true,
    parse: optional(secret(16)),
  }),
  inboundMedia: setting({
    env: 'INBOUND_MEDIA',
    doc:
      'When files that people send are fetched from Meta, which keeps them for 7 days: `on_demand` when a caller asks for ' +
      'one, `always` as they come, `never` not at all.',
    fallback: 'on_demand',
    parse: word(['on_demand', 'always', 'never'] as const),
  }),
  inboundMediaMaxBytes: setting({
    env: 'INBOUND_MEDIA_MAX_BYTES',
    doc: 'The largest file of people that is fetched. Their documents may have up to 100 MB.',
    fallback: '104857600',
    parse: integer(1, 2_147_483_647),
  }),
  inboundMediaHosts: setting({
    env: 'INBOUND_MEDIA_HOSTS',
    doc:
      "Hosts that files of people may be fetched from, separated by commas, besides `GRAPH_BASE_URL`'s. The access token " +
      'goes to no other.',
    fallback: 'lookaside.fbsbx.com',
    parse: commaList,
  }),
  fetchPrivate: setting({
    env: 'FETCH_PRIVATE',
    doc:
      'Whether URLs of others may be fetched over plain http, from any port and from addresses of private networks. For ' +
      'development and tests; production refuses `on`. Hosts of settings such as `GRAPH_BASE_URL` are not asked about.',
    fallback: 'off',
    parse: word(['off', 'on'] as const),
  }),
  logLevel: setting({
    env: 'LOG_LEVEL',
    doc: 'Least severe level that is logged.',
    fallback: 'info',
    parse: word(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const),
  }),
  leaseMs: setting({
    env: 'LEASE_MS',
    doc: 'How long a silent worker keeps its lanes. A worker whose database connection broke loses them at once.',
    fallback: '15000',
    parse: integer(500, 120_000),
  }),
  throughputGuardMs: setting({
    env: 'THROUGHPUT_GUARD_MS',
    doc:
      'Added to the second over which throughput is counted, against what answer times do not show: that even the quickest ' +
      'answer was held up. Delays that answer times show are counted as they are.',
    fallback: '6',
    parse: integer(0, 1000),
  }),
  throughputPollMs: setting({
    env: 'THROUGHPUT_POLL_MS',
    doc: "How often the numbers of a WABA are read from the Graph API. Each read counts against Meta's management budget.",
    fallback: '60000',
    parse: integer(1000, 3_600_000),
  }),
  templateCheck: setting({
    env: 'TEMPLATE_CHECK',
    doc:
      'When a template message is refused here instead of by Meta: `off` never, `known` when its template is known and the ' +
      'message does not fit it or it cannot be sent, `strict` also when its template is not known.',
    fallback: 'known',
    parse: word(['off', 'known', 'strict'] as const),
  }),
  templatePollMs: setting({
    env: 'TEMPLATE_POLL_MS',
    doc:
      'How often the templates of a WABA are read from the Graph API; between, webhooks tell. The 6,000 templates that a ' +
      'WABA may have take 60 calls of the 200 an hour that Meta allows at least.',
    fallback: '1800000',
    parse: integer(1000, 86_400_000),
  }),
  unknownHoldMs: setting({
    env: 'UNKNOWN_HOLD_MS',
    doc: 'How long a message with `on_unknown: resend` waits for evidence before its one resend. Meta: at least 60 s.',
    fallback: '60000',
    parse: integer(1000, 86_400_000),
  }),
  customerServiceWindow: setting({
    env: 'CUSTOMER_SERVICE_WINDOW',
    doc:
      'When a free-form message is refused here instead of by Meta: `off` never, `known` when there is evidence that the ' +
      'window is closed, `enforce` unless it is known to be open.',
    fallback: 'known',
    parse: word(['off', 'known', 'enforce'] as const),
  }),
  optOutWords: setting({
    env: 'OPT_OUT_WORDS',
    doc: 'Words that stop marketing when they are all that a person writes, or a quick reply; `-` for none.',
    fallback: 'STOP,UNSUBSCRIBE,Stop promotions',
    parse: (value) => (value === '-' ? [] : commaList(value)),
  }),
  optInWords: setting({
    env: 'OPT_IN_WORDS',
    doc: 'Words that resume it; `-` for none.',
    fallback: 'START,UNSTOP',
    parse: (value) => (value === '-' ? [] : commaList(value)),
  }),
  unconfirmedAfterMs: setting({
    env: 'UNCONFIRMED_AFTER_MS',
    doc: 'After how long without evidence an unknown outcome becomes `unconfirmed`.',
    fallback: '86400000',
    parse: integer(1000, 604_800_000),
  }),
  noStatusAfterMs: setting({
    env: 'NO_STATUS_AFTER_MS',
    doc: 'After how long a submitted message without any status is reported as such.',
    fallback: '600000',
    parse: integer(1000, 604_800_000),
  }),
  inboxRetentionDays: setting({
    env: 'INBOX_RETENTION_DAYS',
    doc: 'How long raw webhooks are kept. Meta redelivers for up to seven days.',
    fallback: '8',
    parse: integer(1, 365),
  }),
  eventRetentionDays: setting({
    env: 'EVENT_RETENTION_DAYS',
    doc: 'How long the ledger of events is kept, and so how far back `GET /v1/events` reaches.',
    fallback: '30',
    parse: integer(1, 3650),
  }),
  contentRetentionDays: setting({
    env: 'CONTENT_RETENTION_DAYS',
    doc:
      'How long the content of messages is kept once nothing is done with them any more; never shorter than an idempotency ' +
      'key, after which the same request would be another message.',
    fallback: '30',
    parse: integer(7, 3650),
  }),
  messageRetentionDays: setting({
    env: 'MESSAGE_RETENTION_DAYS',
    doc: 'How long messages are kept at all, with their attempts. Those that are not settled stay.',
    fallback: '365',
    parse: integer(30, 36_500),
  }),
  inboundRetentionDays: setting({
    env: 'INBOUND_RETENTION_DAYS',
    doc: 'How long messages from people are kept, with their files and with when each person last wrote.',
    fallback: '30',
    parse: integer(8, 3650),
  }),
  quarantineRetentionDays: setting({
    env: 'QUARANTINE_RETENTION_DAYS',
    doc: 'How long items of webhooks are kept that were set aside, and statuses that wait for their message.',
    fallback: '30',
    parse: integer(1, 3650),
  }),
  fullHourSpreadMs: setting({
    env: 'FULL_HOUR_SPREAD_MS',
    doc:
      'Marketing with a `send_at` in the first second of an hour is spread over so long after it, when nothing else holds it: ' +
      'the same message always by the same, and never past its `expires_at`. 0: sent when it was to be. A policy of the number ' +
      '(`full_hour_spread_ms`) overrides it.',
    fallback: '300000',
    parse: integer(0, LONGEST_SPREAD_MS),
  }),
  dropInWaitMs: setting({
    env: 'DROP_IN_WAIT_MS',
    doc:
      "How long a call on the Cloud API's own paths waits for Meta's id of its message before it is answered with one " +
      'of ours. 0: at once.',
    fallback: '5000',
    parse: integer(0, 25_000),
  }),
  shutdownTimeoutMs: setting({
    env: 'SHUTDOWN_TIMEOUT_MS',
    doc: 'How long a stopping process may finish what it began.',
    fallback: '25000',
    parse: integer(0, 300_000),
  }),
  crashAt: setting({
    env: 'CRASH_AT',
    doc: 'Chaos tests only (`NODE_ENV=test`): `<point>:<nth>` kills the process there. Refused elsewhere.',
    parse: optional((value) => {
      const [point, nth] = (value ?? '').split(':');
      const known = (CRASH_POINTS as readonly string[]).includes(point ?? '') && /^[1-9]\d*$/.test(nth ?? '1');
      if (!known) throw new Error(`be <point>:<nth> with a point of ${CRASH_POINTS.join(', ')}`);
      return value as string;
    }),
  }),
  corsOrigins: setting({
    env: 'CORS_ORIGINS',
    doc: 'Origins that browsers may call from, separated by commas. Absent: none.',
    fallback: '',
    parse: commaList,
  }),
} as const;

/** The service's settings, read and checked. */
export type GatewayConfig = { readonly [K in keyof typeof SETTINGS]: ReturnType<(typeof SETTINGS)[K]['parse']> };
