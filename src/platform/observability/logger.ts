import type { LoggerService } from '@nestjs/common';
import { type Logger as PinoLogger, pino } from 'pino';
import type { GatewayConfig } from '../config/settings.js';

/** Keys whose values never reach a log, wherever they stand in the logged object. */
const SECRET_KEYS = [
  'authorization',
  'access_token',
  'accessToken',
  'app_secret',
  'appSecret',
  'verify_token',
  'api_key',
  'key',
  'to',
  'recipient',
  'body',
  'text',
  'content',
];

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
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '[redacted]' },
    serializers: { err: describeError },
  });
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
