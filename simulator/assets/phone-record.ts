import type { CanSend } from './health.js';

/** How a display name stands (cloud-api.md §7). */
export type NameStatus = 'APPROVED' | 'AVAILABLE_WITHOUT_REVIEW' | 'DECLINED' | 'EXPIRED' | 'NONE' | 'PENDING_REVIEW';

/** What people see of a business; the members of `whatsapp_business_profile`. */
export interface Profile {
  readonly about?: string;
  readonly address?: string;
  readonly description?: string;
  readonly email?: string;
  readonly profile_picture_url?: string;
  readonly websites?: readonly string[];
  readonly vertical: string;
}

/** Everything about a number that its owner or Meta can change, beside its throughput and quality. Plain data. */
export interface PhoneRecord {
  verifiedName: string;
  nameStatus: NameStatus;
  /** A display name under review. */
  newName?: string;
  newNameStatus?: NameStatus;
  codeVerification: 'EXPIRED' | 'NOT_VERIFIED' | 'VERIFIED';
  /** The code last sent by SMS or voice. */
  code?: { readonly digits: string; readonly expiresAtMs: number };
  codeRequestsAtMs: number[];
  codeMissesAtMs: number[];
  isRegistered: boolean;
  /** PIN of the two-step verification; undefined: it is off. */
  pin?: string;
  pinMissesAtMs: number[];
  /** Registrations and deregistrations of the last 72 hours, and the end of the lock that too many of them set. */
  registrationsAtMs: number[];
  registrationLockedUntilMs?: number;
  /** When the number was deleted somewhere else; it can't be registered for five minutes after that (133015). */
  deletedAtMs?: number;
  /** Set by the control API: what `status` says instead of CONNECTED or PENDING, such as FLAGGED or RESTRICTED. */
  status?: string;
  accountMode: 'LIVE' | 'SANDBOX';
  isOfficial: boolean;
  username?: string;
  searchVisibility: 'HIDDEN' | 'VISIBLE';
  lastOnboardedAtMs: number;
  /** Where `messages` webhooks of this number go instead of the account's or the app's callback. */
  overrideUri?: string;
  profile: Profile;
  settings: Readonly<Record<string, unknown>>;
  /** By digits of the user, in the order in which they were blocked. */
  blocked: Map<string, { readonly input: string }>;
  health: CanSend;
}

/** A number as it is born: registered, verified and with an approved name. */
export function newPhoneRecord(name: string, atMs: number): PhoneRecord {
  return {
    verifiedName: name,
    nameStatus: 'APPROVED',
    codeVerification: 'VERIFIED',
    codeRequestsAtMs: [],
    codeMissesAtMs: [],
    isRegistered: true,
    pinMissesAtMs: [],
    registrationsAtMs: [],
    accountMode: 'LIVE',
    isOfficial: false,
    searchVisibility: 'VISIBLE',
    lastOnboardedAtMs: atMs,
    profile: { vertical: 'OTHER' },
    settings: {
      calling: {
        status: 'disabled',
        call_icon_visibility: 'visible',
        ip_addresses: { default: [] },
        callback_permission_status: 'disabled',
      },
      payload_encryption: { status: 'disabled' },
      storage_configuration: { status: 'default' },
      user_identity_change: { enable_identity_key_check: false },
    },
    blocked: new Map(),
    health: { can: 'AVAILABLE' },
  };
}

/** What `status` of a number says. */
export function phoneStatus({ status, isRegistered, codeVerification }: PhoneRecord): string {
  if (status !== undefined) return status;
  if (isRegistered) return 'CONNECTED';
  return codeVerification === 'VERIFIED' ? 'DISCONNECTED' : 'PENDING';
}
