import type { Checker } from '../scenario/check.js';
import { type CanSend, SENDABILITIES } from './health.js';
import type { NameStatus, PhoneRecord } from './phone-record.js';
import type { WabaRecord } from './waba-record.js';

const NAME_STATUSES: readonly NameStatus[] = [
  'APPROVED',
  'AVAILABLE_WITHOUT_REVIEW',
  'DECLINED',
  'EXPIRED',
  'NONE',
  'PENDING_REVIEW',
];
const REVIEW_STATUSES: readonly WabaRecord['reviewStatus'][] = ['APPROVED', 'PENDING', 'REJECTED', 'RESTRICTED'];

/** Members of a number's record that scenarios and the control API set. */
export const PHONE_MEMBERS = [
  'verified_name',
  'name_status',
  'code_verification_status',
  'registered',
  'pin',
  'status',
  'account_mode',
  'is_official_business_account',
  'deleted',
  'health',
] as const;

/** Members of an account's record that scenarios and the control API set. */
export const WABA_MEMBERS = [
  'name',
  'currency',
  'timezone_id',
  'country',
  'account_review_status',
  'verified',
  'insights',
  'lock',
  'payment_issue',
  'disable_marketing_messages_on_cloud_api',
  'status',
  'health',
] as const;

type Fields = Readonly<Record<string, unknown>>;

/** One of some words, or undefined where the member is absent; anything else is a problem. */
function oneOf<T extends string>(check: Checker, value: unknown, path: string, words: readonly T[]): T | undefined {
  if (value === undefined) return undefined;
  const found = words.find((word) => word === value);
  if (found === undefined) check.fail(path, `must be one of ${words.join(', ')}`);
  return found;
}

/** `health`: `{can_send_message, errors?, additional_info?}`. */
function healthOf(check: Checker, json: unknown, path: string): CanSend | undefined {
  if (json === undefined) return undefined;
  const root = check.object(json, path, ['can_send_message', 'errors', 'additional_info']);
  const can = oneOf(check, root.can_send_message, `${path}.can_send_message`, SENDABILITIES) ?? 'AVAILABLE';
  const errors = check.array(root.errors, `${path}.errors`).map((error, i) => {
    const fields = check.object(error, `${path}.errors[${i}]`, [
      'error_code',
      'error_description',
      'possible_solution',
    ]);
    return {
      error_code: check.number(fields.error_code, `${path}.errors[${i}].error_code`, [1, 9_999_999]) ?? 0,
      error_description: check.string(fields.error_description, `${path}.errors[${i}].error_description`) ?? '',
      possible_solution: check.string(fields.possible_solution, `${path}.errors[${i}].possible_solution`) ?? '',
    };
  });
  const info = check.array(root.additional_info, `${path}.additional_info`).map(String);
  return { can, ...(errors.length > 0 ? { errors } : {}), ...(info.length > 0 ? { additionalInfo: info } : {}) };
}

/** Members that were given; absent ones must not cover what is there. */
const given = <T extends object>(members: { [K in keyof T]?: T[K] | undefined }): Partial<T> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Partial<T>;

/** Reads what a number's record is to be from now on. */
export function readPhoneChange(check: Checker, fields: Fields, path: string, nowMs: number): Partial<PhoneRecord> {
  const pin = check.string(fields.pin, `${path}.pin`);
  if (pin !== undefined && !/^\d{6}$/.test(pin)) check.fail(`${path}.pin`, 'must be 6 digits');
  const isDeleted = check.boolean(fields.deleted, `${path}.deleted`) ?? false;
  return given<PhoneRecord>({
    verifiedName: check.string(fields.verified_name, `${path}.verified_name`),
    nameStatus: oneOf(check, fields.name_status, `${path}.name_status`, NAME_STATUSES),
    codeVerification: oneOf(check, fields.code_verification_status, `${path}.code_verification_status`, [
      'VERIFIED',
      'NOT_VERIFIED',
      'EXPIRED',
    ] as const),
    isRegistered: isDeleted ? false : check.boolean(fields.registered, `${path}.registered`),
    pin,
    status: check.string(fields.status, `${path}.status`),
    accountMode: oneOf(check, fields.account_mode, `${path}.account_mode`, ['LIVE', 'SANDBOX'] as const),
    isOfficial: check.boolean(fields.is_official_business_account, `${path}.is_official_business_account`),
    deletedAtMs: isDeleted ? nowMs : undefined,
    health: healthOf(check, fields.health, `${path}.health`),
  });
}

/** Reads what an account's record is to be from now on. `lock`: 131031 or 368, null takes it away. */
export function readWabaChange(check: Checker, fields: Fields, path: string): Partial<WabaRecord> {
  const { lock } = fields;
  if (lock !== undefined && lock !== null && lock !== 131031 && lock !== 368)
    check.fail(`${path}.lock`, 'must be 131031, 368 or null');
  const change = given<WabaRecord>({
    name: check.string(fields.name, `${path}.name`),
    currency: check.string(fields.currency, `${path}.currency`),
    timezoneId: check.string(fields.timezone_id, `${path}.timezone_id`),
    country: check.string(fields.country, `${path}.country`),
    reviewStatus: oneOf(check, fields.account_review_status, `${path}.account_review_status`, REVIEW_STATUSES),
    isVerified: check.boolean(fields.verified, `${path}.verified`),
    insights: oneOf(check, fields.insights, `${path}.insights`, ['disabled', 'enabled', 'unavailable'] as const),
    hasPaymentIssue: check.boolean(fields.payment_issue, `${path}.payment_issue`),
    isMarketingOffMessages: check.boolean(
      fields.disable_marketing_messages_on_cloud_api,
      `${path}.disable_marketing_messages_on_cloud_api`,
    ),
    status: check.string(fields.status, `${path}.status`),
    health: healthOf(check, fields.health, `${path}.health`),
  });
  if (lock === null) return { ...change, lock: undefined };
  return lock === 131031 || lock === 368 ? { ...change, lock: { code: lock } } : change;
}
