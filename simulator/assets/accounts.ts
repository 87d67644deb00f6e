import type { Clock } from '../clock/clock.js';
import type { FieldReader, NodeFields } from '../graph/fields.js';
import type { Stateful } from '../state/stateful.js';
import { getOrAdd } from '../structures/get-or-add.js';
import { type HealthEntity, healthStatus } from './health.js';
import { newPhoneRecord, type PhoneRecord } from './phone-record.js';
import { DEFAULTS, type PhoneNumber, type PlatformState, type Waba } from './platform-state.js';
import { newWabaRecord, type WabaRecord } from './waba-record.js';

/** What the accounts of a scenario begin with, by the id of the account or number. */
export interface AccountsBirth {
  readonly wabas: ReadonlyMap<string, Partial<WabaRecord>>;
  readonly phones: ReadonlyMap<string, Partial<PhoneRecord>>;
}

interface SavedAccounts {
  readonly wabas: Map<string, WabaRecord>;
  readonly phones: Map<string, PhoneRecord>;
}

/**
 * What is known of accounts and numbers beside what sends need at every message: names, registration, profile, settings,
 * blocks, overrides, locks and health. Records come to be when they are first asked for.
 */
export class Accounts implements Stateful {
  private wabas = new Map<string, WabaRecord>();
  private phones = new Map<string, PhoneRecord>();
  private readonly extraFields: Record<string, FieldReader<Waba>> = {};

  constructor(
    private readonly assets: PlatformState,
    private readonly clock: Clock,
    private readonly birth: AccountsBirth,
  ) {}

  /** The record of an account; changes to it are kept. */
  wabaOf(wabaId: string): WabaRecord {
    return getOrAdd(this.wabas, wabaId, () => {
      const name = this.assets.wabas.get(wabaId)?.name ?? DEFAULTS.businessName;
      return { ...newWabaRecord(name), ...structuredClone(this.birth.wabas.get(wabaId)) };
    });
  }

  /** The record of a number; changes to it are kept. */
  phoneOf(phoneNumberId: string): PhoneRecord {
    return getOrAdd(this.phones, phoneNumberId, () => {
      const born = structuredClone(this.birth.phones.get(phoneNumberId));
      return { ...newPhoneRecord(DEFAULTS.businessName, this.clock()), ...born };
    });
  }

  /** Lets another module answer a field of the account node. */
  addField(name: string, read: FieldReader<Waba>): void {
    if (this.extraFields[name]) throw new Error(`the field ${name} of accounts is there twice`);
    this.extraFields[name] = read;
  }

  /** Fields of accounts with those of other modules. */
  withExtraFields(type: NodeFields<Waba>): NodeFields<Waba> {
    return { ...type, fields: { ...type.fields, ...this.extraFields } };
  }

  /** Whether the business has blocked a user; sends to such are refused with 130403. */
  isBlocked(phoneNumberId: string, digits: string): boolean {
    return this.phones.get(phoneNumberId)?.blocked.has(digits) ?? false;
  }

  /** `health_status` of a number, an account or a template: everything that it depends on. */
  healthOf(wabaId: string, first: readonly HealthEntity[] = []): unknown {
    const waba: HealthEntity = { type: 'WABA', id: wabaId, ...this.wabaOf(wabaId).health };
    return healthStatus([
      ...first,
      waba,
      { type: 'BUSINESS', id: DEFAULTS.businessId, can: 'AVAILABLE' },
      { type: 'APP', id: DEFAULTS.appId, can: 'AVAILABLE' },
    ]);
  }

  /** The health of a number. */
  phoneHealth({ id, wabaId }: PhoneNumber): unknown {
    return this.healthOf(wabaId, [{ type: 'PHONE_NUMBER', id, ...this.phoneOf(id).health }]);
  }

  /** Where webhooks of a number go: its own callback before that of its account; undefined: the app's. */
  callbackOf(phoneNumberId: string, wabaId: string): string | undefined {
    return this.phones.get(phoneNumberId)?.overrideUri ?? this.wabas.get(wabaId)?.overrideUri;
  }

  reset(): void {
    this.wabas = new Map();
    this.phones = new Map();
  }

  save(): unknown {
    return { wabas: this.wabas, phones: this.phones } satisfies SavedAccounts;
  }

  load(saved: unknown): void {
    const { wabas, phones } = saved as SavedAccounts;
    this.wabas = wabas;
    this.phones = phones;
  }
}
