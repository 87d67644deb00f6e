import { describe, expect, it, jest } from '@jest/globals';
import { pino } from 'pino';
import { createLogger, describeError, type Logger, NestLogger } from './logger.js';

/** What a logger of ours writes, line by line. */
function listen(logLevel: 'info' | 'debug' = 'info'): {
  logger: Logger;
  lines: () => Record<string, unknown>[];
  raw: string[];
} {
  const logger = createLogger({ logLevel });
  const raw: string[] = [];
  const { [pino.symbols.streamSym]: stream } = logger as unknown as Record<symbol, { write: (line: string) => void }>;
  if (stream === undefined) throw new Error('pino has no stream');
  jest.spyOn(stream, 'write').mockImplementation((line) => {
    raw.push(line);
  });
  return { logger, raw, lines: () => raw.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

const CANARY = 'CANARY-4711';
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

describe('a line of the log', () => {
  it('is JSON with an instant, a level in words and what was said', () => {
    const { logger, lines } = listen();
    logger.info({ lanes: 3 }, 'took lanes');
    expect(lines()).toEqual([
      { level: 'info', time: expect.stringMatching(/^\d{4}-.*Z$/), lanes: 3, msg: 'took lanes' },
    ]);
  });

  it('is not written below the level', () => {
    const { logger, raw } = listen();
    logger.debug('chatter');
    expect(raw).toEqual([]);
  });

  it.each(SECRET_KEYS)('never shows %s, in an object, a list or a request', (key) => {
    const { logger, raw } = listen();
    logger.info({ [key]: CANARY }, 'x');
    logger.info({ [key]: { inner: CANARY } }, 'x');
    logger.info({ request: { [key]: CANARY } }, 'x');
    logger.info({ request: { headers: { [key]: CANARY } } }, 'x');
    logger.info({ list: [{ [key]: CANARY }] }, 'x');
    expect(raw).toHaveLength(5);
    expect(raw.join()).not.toContain('CANARY');
    expect(raw.every((line) => line.includes('[redacted]'))).toBe(true);
  });

  it.each(['verifyToken', 'apiKey', 'adminApiKey', 'databaseUrl'])(
    'never shows %s, spelt as our own code does',
    (key) => {
      const { logger, raw } = listen();
      logger.info({ [key]: CANARY }, 'x');
      expect(raw.join()).not.toContain('CANARY');
    },
  );

  it('never shows a secret, wherever it stands in what is logged', () => {
    const { logger, raw } = listen();
    logger.info({ webhook: { entry: [{ value: { text: { body: CANARY } } }] } }, 'x');
    expect(raw.join()).not.toContain('CANARY');
  });
});

describe('an error in the log', () => {
  it('keeps its type, code, message, stack and cause', () => {
    const { logger, lines } = listen();
    const error = Object.assign(new TypeError('no'), { code: 'E1', cause: new Error('why') });
    logger.error({ err: error }, 'x');
    expect(lines()[0]?.err).toEqual({
      type: 'TypeError',
      code: 'E1',
      message: 'no',
      stack: expect.stringContaining('TypeError: no'),
      cause: { type: 'Error', message: 'why', stack: expect.stringContaining('Error: why') },
    });
  });

  it('loses the fields in which drivers repeat values', () => {
    const { logger, raw } = listen();
    const detail = `Key (recipient)=(${CANARY}) already exists.`;
    logger.error({ err: Object.assign(new Error('duplicate'), { code: '23505', detail, where: CANARY }) }, 'x');
    expect(raw.join()).not.toContain('CANARY');
    expect(raw.join()).toContain('23505');
  });

  it('loses them under whatever key it is logged', () => {
    const { logger, raw } = listen();
    const failure = Object.assign(new Error('duplicate'), { detail: CANARY });
    logger.error({ failure, failures: [failure] }, 'x');
    expect(raw).toHaveLength(1);
    expect(raw.join()).not.toContain('CANARY');
  });

  it('shows no phone number, in its message, stack or cause', () => {
    const number = '+16505551234';
    const text = JSON.stringify(describeError(new Error(`to ${number}`, { cause: `${number} again` })));
    expect(text).not.toContain('6505551234');
    expect(text).toContain('to [digits]');
  });

  it('keeps short numbers, which are ports, codes and counts', () => {
    expect(describeError(new Error('131026 on port 5432'))).toHaveProperty('message', '131026 on port 5432');
  });

  it.each([['a text'], [5], [null], [undefined], [{ a: 1 }]])('is described though it is %p', (thrown) => {
    expect(describeError(thrown)).toEqual({ type: typeof thrown, message: String(thrown) });
  });
});

describe('what Nest says', () => {
  it('is debug when it is chatter and stays an error when it is one', () => {
    const { logger, lines } = listen('debug');
    const nest = new NestLogger(logger);
    nest.log('mapped', 'Router');
    nest.warn('careful', 'Injector');
    nest.error('failed for 16505551234', 'stack', 'Handler');
    expect(lines().map(({ level, context, msg }) => ({ level, context, msg }))).toEqual([
      { level: 'debug', context: 'Router', msg: 'mapped' },
      { level: 'warn', context: 'Injector', msg: 'careful' },
      { level: 'error', context: 'Handler', msg: 'failed for [digits]' },
    ]);
  });
});
