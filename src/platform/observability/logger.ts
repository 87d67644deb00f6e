import type { LoggerService } from '@nestjs/common';
import { type Logger as PinoLogger, pino } from 'pino';
import type { GatewayConfig } from '../config/settings.js';

/** Keys whose values never reach a log, wherever they stand in it and however they are spelt (`api_key`, `apiKey`). */
const SECRET_KEYS = new Set([
  'authorization',
  'accesstoken',
  'appsecret',
  'verifytoken',
  'apikey',
  'adminapikey',
  'apikeypepper',
  'encryptionkeys',
  'databaseurl',
  'natsurl',
  'key',
  'secret',
  'password',
  'token',
  'to',
  'recipient',
  'from',
  'body',
  'text',
  'content',
  'metadata',
  'callbackdata',
]);

/** Deeper than this nothing is shown: what the service logs itself is flat. */
const DEEPEST = 6;

/** Structured logger of the service: JSON lines on standard output, secrets and people redacted. */
export type Logger = PinoLogger;

/**
 * Makes the logger. Errors are logged with their type, code and stack but without the fields in which drivers repeat
 * values; runs of seven and more digits in a message are masked, because that is what a phone number looks like.
 */
export function createLogger(config: Pick<GatewayConfig, 'logLevel'>): Logger {
  return pino({
    level: config.logLevel,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {
      level: (label) => ({ level: label }),
      log: (line) => redact(line, 0) as Record<string, unknown>,
    },
    serializers: { err: describeError },
  });
}

function redact(value: unknown, depth: number, key = ''): unknown {
  // The key `err` has a serializer; an error under any other key is described here, so that it tells no more.
  if (value instanceof Error) return depth === 1 && key === 'err' ? value : describeError(value);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  if (depth > DEEPEST) return '[deep]';
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => {
      const isSecret = SECRET_KEYS.has(key.toLowerCase().replace(/[_-]/g, ''));
      return [key, isSecret ? '[redacted]' : redact(child, depth + 1, key)];
    }),
  );
}

/** An error as the log shows it. */
export function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error, message: maskDigits(String(error)) };
  const { code } = error as Error & { code?: unknown };
  return {
    type: error.name,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    message: maskDigits(error.message),
    stack: maskDigits(error.stack ?? ''),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}

function maskDigits(text: string): string {
  return text.replace(/\+?\d{7,}/g, '[digits]');
}

/** Lets Nest log through ours. Its start-up chatter is debug; its errors stay errors. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  /** Nest's informational messages. */
  log(message: unknown, context?: string): void {
    this.logger.debug({ context }, String(message));
  }

  /** Nest's errors, with the stack when it gives one. */
  error(message: unknown, ...rest: unknown[]): void {
    this.logger.error({ context: rest.at(-1) }, maskDigits(String(message)));
  }

  /** Nest's warnings. */
  warn(message: unknown, context?: string): void {
    this.logger.warn({ context }, String(message));
  }
}
