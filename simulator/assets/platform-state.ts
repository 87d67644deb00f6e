import type { NodeType } from '../graph/registry.js';
import { ThroughputLog } from '../limits/throughput-log.js';
import { InputError } from '../scenario/check.js';
import type { ScenarioNumber, ScenarioWaba } from '../scenario/scenario.js';
import type { Stateful } from '../state/stateful.js';

/** The assets the simulator is born with; the same as those of Heliograph's bootstrap example. */
export const DEFAULTS = {
  businessId: '2729063490586005',
  businessName: 'Lucky Shrub',
  appId: '634974688087057',
  wabaId: '102290129340398',
  phoneNumberId: '106540352242922',
  phoneDigits: '15550783881',
} as const;

/** What an upgraded number may send in a second (cloud-api.md §6). */
export const HIGH_MPS = 1000;
/** What a number shared with the Business app may. */
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

/** What the platform is born with. */
export interface Birth {
  readonly wabas: readonly ScenarioWaba[];
  readonly phoneNumbers: readonly ScenarioNumber[];
  /** Throughput of every number that does not say its own. */
  readonly mps: number;
  /** Numbers of the default WABA. */
  readonly defaultNumbers: number;
}

interface SavedNumber extends Omit<PhoneNumber, 'throughput'> {
  readonly throughput: unknown;
}

interface SavedAssets {
  readonly wabas: Map<string, Waba>;
  readonly numbers: readonly SavedNumber[];
}

/** What exists on the platform. Reset brings it back to what the options said. */
export class PlatformState implements Stateful {
  wabas = new Map<string, Waba>();
  readonly numbers = new Map<string, PhoneNumber>();
  /** Numbers as nodes of Graph: modules put their routes on it. */
  readonly phoneNode: NodeType<PhoneNumber> = {
    name: 'WhatsAppBusinessPhoneNumber',
    find: (id) => this.numbers.get(id),
    wabaIdOf: ({ wabaId }) => wabaId,
  };
  /** Accounts as nodes of Graph. */
  readonly wabaNode: NodeType<Waba> = {
    name: 'WhatsAppBusinessAccount',
    find: (id) => this.wabas.get(id),
    wabaIdOf: ({ id }) => id,
  };

  constructor(private readonly birth: Birth) {
    this.reset();
  }

  reset(): void {
    this.wabas.clear();
    this.numbers.clear();
    this.addWaba(DEFAULTS.wabaId, DEFAULTS.businessName);
    for (const waba of this.birth.wabas) this.addWaba(waba.id, waba.name ?? `WABA ${waba.id}`);
    for (let i = 0; i < this.birth.defaultNumbers; i++) {
      this.addNumber(String(Number(DEFAULTS.phoneNumberId) + i), DEFAULTS.wabaId, this.birth.mps);
    }
    for (const number of this.birth.phoneNumbers) {
      const wabaId = number.waba_id ?? DEFAULTS.wabaId;
      if (!this.wabas.has(wabaId))
        throw new InputError([`scenario.phone_numbers: ${number.id} is in the unknown WABA ${wabaId}`]);
      const added = this.addNumber(number.id, wabaId, number.mps ?? this.birth.mps);
      if (number.is_on_biz_app !== undefined) added.isOnBizApp = number.is_on_biz_app;
    }
  }

  numbersOf(wabaId: string): PhoneNumber[] {
    return [...this.numbers.values()].filter((number) => number.wabaId === wabaId);
  }

  save(): unknown {
    const numbers = [...this.numbers.values()].map((number) => ({ ...number, throughput: number.throughput.save() }));
    return { wabas: this.wabas, numbers } satisfies SavedAssets;
  }

  load(saved: unknown): void {
    const { wabas, numbers } = saved as SavedAssets;
    this.wabas = wabas;
    this.numbers.clear();
    for (const number of numbers) {
      const throughput = new ThroughputLog();
      throughput.load(number.throughput);
      this.numbers.set(number.id, { ...number, throughput });
    }
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
