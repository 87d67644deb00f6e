import { type MetaErrorRows, retry } from '../meta-error-row.js';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** Codes that say "too fast" or "not now": the request was not executed, so the message goes out again later. */
export const LIMIT_ERRORS: MetaErrorRows = {
  4: retry(
    'API Too Many Calls',
    'The app has used up its calls, so all sends of the app wait for as long as the usage header says, or a minute.',
    MINUTE_MS,
    { slow: 'app' },
  ),
  17: retry(
    'User request limit reached',
    'The token has used up its calls, so all sends of the app wait as with code 4.',
    MINUTE_MS,
    { slow: 'app', source: 'spec' },
  ),
  613: retry(
    'Calls to this API have exceeded the rate limit',
    'A special limit of this call was reached, so all sends of the app wait as with code 4.',
    MINUTE_MS,
    { slow: 'app', source: 'wild' },
  ),
  80007: retry(
    'Rate limit issues',
    'The WhatsApp Business Account has used up its calls and waits for as long as the usage header says, or a minute.',
    MINUTE_MS,
    { slow: 'waba' },
  ),
  80008: retry(
    'There have been too many calls to this WhatsApp Business account',
    'Management calls of the account were throttled, so it waits as with code 80007.',
    MINUTE_MS,
    { slow: 'waba', source: 'wild' },
  ),
  130429: retry(
    'Rate limit hit',
    'The number sends faster than its throughput allows, so its rate gives way a little and the message is tried again after a second.',
    SECOND_MS,
    { slow: 'number' },
  ),
  131016: retry(
    'Service unavailable',
    'A service of Meta is down for the moment, so try again with growing pauses.',
    SECOND_MS,
  ),
  131056: retry(
    '(Business Account, Consumer Account) pair rate limit hit',
    'This recipient has had too many messages from this number, so wait 4^X seconds for this pair alone.',
    SECOND_MS,
    { slow: 'pair' },
  ),
  131057: retry(
    'Account in maintenance mode',
    'Meta is changing the number, for example raising its throughput, which takes up to a minute.',
    // A few messages are tried every five seconds: Meta does not say beforehand how much of the minute it takes.
    5 * SECOND_MS,
    { slow: 'number' },
  ),
  133004: retry(
    'Server temporarily unavailable',
    'A server of Meta is down for the moment, so try again with growing pauses.',
    SECOND_MS,
  ),
  2494100: retry(
    'Account is in maintenance mode',
    'The number is being migrated, which takes some minutes.',
    MINUTE_MS,
    { slow: 'number' },
  ),
};
