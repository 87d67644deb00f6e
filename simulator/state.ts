import { InputError } from './check.js';
import type { Scenario } from './scenario.js';
import { ThroughputLog } from './throughput-log.js';

/** The assets the simulator is born with; the same as those of Heliograph's bootstrap example. */
export const DEFAULTS = {
  businessId: '2729063490586005',
  businessName: 'Lucky Shrub',
  appId: '634974688087057',
  wabaId: '102290129340398',
  phoneNumberId: '106540352242922',
  phoneDigits: '15550783881',
} as const;

/** Levels of Meta's throughput (cloud-api.md §6). */
const HIGH_MPS = 1000;
const COEXISTENCE_MPS = 20;

export interface Waba {
  readonly id: string;
  readonly name: string;
  /** Whether the app gets this account's webhooks. */
  subscribed: boolean;
}

export interface PhoneNumber {
  readonly id: string;
  readonly wabaId: string;
  /** Country code first, no signs: the form of webhooks' `display_phone_number`. */
  readonly digits: string;
  /** Sends and inbound messages per sliding second. */
  mps: number;
  isOnBizApp: boolean;
  qualityRating: string;
  readonly throughput: ThroughputLog;
}

/** What exists on the platform. Reset brings it back to what the options said. */
export class PlatformState {
  readonly wabas = new Map<string, Waba>();
  readonly numbers = new Map<string, PhoneNumber>();

  constructor(
    private readonly scenario: Scenario,
    private readonly mps: number,
    private readonly defaultNumbers: number,
  ) {
    this.reset();
  }

  reset(): void {
    this.wabas.clear();
    this.numbers.clear();
    this.addWaba(DEFAULTS.wabaId, DEFAULTS.businessName);
    for (const waba of this.scenario.wabas) this.addWaba(waba.id, waba.name ?? `WABA ${waba.id}`);
    for (let i = 0; i < this.defaultNumbers; i++) {
      this.addNumber(String(Number(DEFAULTS.phoneNumberId) + i), DEFAULTS.wabaId, this.mps);
    }
    for (const number of this.scenario.phoneNumbers) {
      const wabaId = number.waba_id ?? DEFAULTS.wabaId;
      if (!this.wabas.has(wabaId))
        throw new InputError([`scenario.phone_numbers: ${number.id} is in the unknown WABA ${wabaId}`]);
      const added = this.addNumber(number.id, wabaId, number.mps ?? this.mps);
      if (number.is_on_biz_app !== undefined) added.isOnBizApp = number.is_on_biz_app;
    }
  }

  numbersOf(wabaId: string): PhoneNumber[] {
    return [...this.numbers.values()].filter((number) => number.wabaId === wabaId);
  }

  private addWaba(id: string, name: string): void {
    this.wabas.set(id, { id, name, subscribed: true });
  }

  private addNumber(id: string, wabaId: string, mps: number): PhoneNumber {
    const known = this.numbers.get(id);
    const digits = known?.digits ?? String(Number(DEFAULTS.phoneDigits) + this.numbers.size);
    const number: PhoneNumber = {
      id,
      wabaId,
      digits,
      mps,
      isOnBizApp: isCoexistence(mps),
      qualityRating: 'GREEN',
      throughput: new ThroughputLog(),
    };
    this.numbers.set(id, number);
    return number;
  }
}

/** Whether a throughput is that of a number shared with the WhatsApp Business app, which is fixed at 20. */
export const isCoexistence = (mps: number): boolean => mps <= COEXISTENCE_MPS;

/** The level Meta would report for a number. */
export const throughputLevel = (number: PhoneNumber): 'HIGH' | 'STANDARD' =>
  number.mps >= HIGH_MPS ? 'HIGH' : 'STANDARD';

/** A number as people read it, the form Graph answers with. */
export function displayPhoneNumber(number: PhoneNumber): string {
  const parts = /^(\d+)(\d{3})(\d{3})(\d{4})$/.exec(number.digits);
  return parts ? `+${parts[1]} ${parts[2]}-${parts[3]}-${parts[4]}` : `+${number.digits}`;
}
