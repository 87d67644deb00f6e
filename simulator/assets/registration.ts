import { type GraphRefusal, graphRefusal } from '../graph/graph-error.js';
import { invalidParameter } from '../graph/invalid-parameter.js';
import type { PhoneRecord } from './phone-record.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Registrations and deregistrations a number may see in 72 hours before it is locked for 72 hours (133016). */
const MOST_REGISTRATIONS = 10;
const REGISTRATIONS_MS = 72 * HOUR_MS;

/** Wrong PINs before a number has to wait. Meta publishes neither count; these are ours. */
const MISSES_TOO_FAST = 3;
const TOO_FAST_MS = MINUTE_MS;
const MISSES_TOO_MANY = 10;
const TOO_MANY_MS = 12 * HOUR_MS;

/** After a deletion elsewhere (133015). */
const DELETED_MS = 5 * MINUTE_MS;

/** Codes a number may ask for in an hour, how long one holds, and how many may be wrong. Ours; Meta's are not published. */
const MOST_CODES = 5;
const CODE_LIFE_MS = 10 * MINUTE_MS;
const MOST_WRONG_CODES = 10;

const isPin = (value: unknown): value is string => typeof value === 'string' && /^\d{6}$/.test(value);

const REGIONS = ['AE', 'AU', 'BH', 'BR', 'CA', 'CH', 'DE', 'GB', 'ID', 'IN', 'JP', 'KR', 'SG', 'ZA'];

type Fields = Readonly<Record<string, unknown>>;

/** Registers a number, or says what Meta refuses it for (cloud-api.md §8). Changes `record`. */
export function register(record: PhoneRecord, body: Fields, nowMs: number): GraphRefusal | undefined {
  const refusal =
    registerBodyRefusal(body) ??
    countRefusal(record, nowMs) ??
    registerRefusal(record, nowMs) ??
    pinRefusal(record, body.pin, nowMs);
  if (refusal) return refusal;
  noteRegistration(record, nowMs);
  record.pin = body.pin as string;
  if (!record.isRegistered) record.lastOnboardedAtMs = nowMs;
  record.isRegistered = true;
  return undefined;
}

function registerBodyRefusal({
  messaging_product: product,
  pin,
  data_localization_region: region,
}: Fields): GraphRefusal | undefined {
  if (product !== 'whatsapp')
    return invalidParameter({ field: 'messaging_product', rule: 'messaging_product must be whatsapp' });
  if (!isPin(pin)) return invalidParameter({ field: 'pin', rule: 'Invalid PIN format. PIN must be exactly 6 digits' });
  if (region === undefined || REGIONS.includes(String(region))) return undefined;
  return invalidParameter({
    field: 'data_localization_region',
    rule: `data_localization_region must be one of ${REGIONS.join(', ')}`,
  });
}

function registerRefusal(record: PhoneRecord, nowMs: number): GraphRefusal | undefined {
  if (record.deletedAtMs !== undefined && nowMs < record.deletedAtMs + DELETED_MS) {
    return graphRefusal(133015, 'The phone number was deleted lately. Wait 5 minutes before registering it.');
  }
  return record.codeVerification === 'VERIFIED' ? undefined : graphRefusal(133006);
}

/** Ten changes in 72 hours lock the number for 72 hours from the tenth on (133016). */
function countRefusal(record: PhoneRecord, nowMs: number): GraphRefusal | undefined {
  if (record.registrationLockedUntilMs !== undefined && nowMs < record.registrationLockedUntilMs)
    return graphRefusal(133016);
  const recent = record.registrationsAtMs.filter((atMs) => atMs > nowMs - REGISTRATIONS_MS);
  if (recent.length < MOST_REGISTRATIONS) return undefined;
  record.registrationLockedUntilMs = nowMs + REGISTRATIONS_MS;
  return graphRefusal(133016);
}

function noteRegistration(record: PhoneRecord, nowMs: number): void {
  record.registrationsAtMs = [...record.registrationsAtMs.filter((atMs) => atMs > nowMs - REGISTRATIONS_MS), nowMs];
}

/** Judges the PIN of a number whose two-step verification is on. */
function pinRefusal(record: PhoneRecord, pin: unknown, nowMs: number): GraphRefusal | undefined {
  if (record.pin === undefined) return undefined;
  const misses = record.pinMissesAtMs.filter((atMs) => atMs > nowMs - TOO_MANY_MS);
  if (misses.length >= MISSES_TOO_MANY) {
    const minutes = Math.ceil(((misses[0] as number) + TOO_MANY_MS - nowMs) / MINUTE_MS);
    return graphRefusal(133008, `Too many PIN guesses. Try again in ${minutes} minutes.`);
  }
  const lately = misses.filter((atMs) => atMs > nowMs - TOO_FAST_MS);
  if (lately.length >= MISSES_TOO_FAST) {
    const seconds = Math.ceil(((lately.at(-MISSES_TOO_FAST) as number) + TOO_FAST_MS - nowMs) / 1000);
    return graphRefusal(133009, `PIN guessed too fast. Try again in ${seconds} seconds.`);
  }
  if (pin === record.pin) {
    record.pinMissesAtMs = [];
    return undefined;
  }
  record.pinMissesAtMs = [...misses, nowMs];
  return graphRefusal(133005);
}

/** Takes a number off the platform. Changes `record`. */
export function deregister(record: PhoneRecord, nowMs: number): GraphRefusal | undefined {
  if (!record.isRegistered) {
    return invalidParameter({
      rule: 'Phone number not registered on the WhatsApp Business Platform.',
      subcode: 2207051,
    });
  }
  const refusal = countRefusal(record, nowMs);
  if (refusal) return refusal;
  noteRegistration(record, nowMs);
  record.isRegistered = false;
  return undefined;
}

/** Sends a code to the number. `newDigits` gives one; the control API shows it, as no phone here can. Changes `record`. */
export function requestCode(
  record: PhoneRecord,
  body: Fields,
  newDigits: () => string,
  nowMs: number,
): GraphRefusal | undefined {
  const { code_method: method, language } = body;
  if (method !== 'SMS' && method !== 'VOICE')
    return invalidParameter({ field: 'code_method', rule: 'code_method must be SMS or VOICE' });
  if (typeof language !== 'string' || !/^[a-z]{2}(_[A-Z]{2})?$/.test(language)) {
    return invalidParameter({ field: 'language', rule: 'language must be a locale such as en_US' });
  }
  if (record.codeVerification === 'VERIFIED') return graphRefusal(136024, 'The phone number is verified already.');
  const recent = record.codeRequestsAtMs.filter((atMs) => atMs > nowMs - HOUR_MS);
  if (recent.length >= MOST_CODES) return graphRefusal(136024, 'Too many codes were requested. Try again in an hour.');
  record.codeRequestsAtMs = [...recent, nowMs];
  record.code = { digits: newDigits(), expiresAtMs: nowMs + CODE_LIFE_MS };
  return undefined;
}

/** Proves that the owner has the number. Changes `record`. */
export function verifyCode(record: PhoneRecord, { code }: Fields, nowMs: number): GraphRefusal | undefined {
  const digits = typeof code === 'string' ? code.replace('-', '') : '';
  if (!/^\d{6}$/.test(digits))
    return invalidParameter({ field: 'code', rule: 'Invalid verification code format: 6 digits' });
  const misses = record.codeMissesAtMs.filter((atMs) => atMs > nowMs - HOUR_MS);
  if (misses.length >= MOST_WRONG_CODES) return graphRefusal(136025, 'Too many wrong codes. Try again in an hour.');
  const isGood = record.code?.digits === digits && record.code.expiresAtMs > nowMs;
  if (!isGood) {
    record.codeMissesAtMs = [...misses, nowMs];
    return graphRefusal(136025, 'The verification code is wrong or has expired.');
  }
  record.codeVerification = 'VERIFIED';
  record.codeMissesAtMs = [];
  delete record.code;
  return undefined;
}

/** Sets the PIN of the two-step verification (`POST /{phone}` with `pin`). Changes `record`. */
export function setPin(record: PhoneRecord, pin: unknown): GraphRefusal | undefined {
  if (!isPin(pin)) return invalidParameter({ field: 'pin', rule: 'Invalid PIN format. PIN must be exactly 6 digits' });
  record.pin = pin;
  return undefined;
}
