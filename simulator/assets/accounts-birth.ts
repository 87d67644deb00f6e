import type { ScenarioReader } from '../scenario/scenario-reader.js';
import type { AccountsBirth } from './accounts.js';
import type { PhoneRecord } from './phone-record.js';
import type { PlatformState } from './platform-state.js';
import { PHONE_MEMBERS, readPhoneChange, readWabaChange, WABA_MEMBERS } from './record-input.js';
import type { WabaRecord } from './waba-record.js';

/**
 * Reads the member `accounts` of a scenario: by the id of an account or a number, what it is born with; the members are
 * those of the control calls.
 */
export function takeAccounts(scenario: ScenarioReader, assets: PlatformState, nowMs: number): AccountsBirth {
  const wabas = new Map<string, Partial<WabaRecord>>();
  const phones = new Map<string, Partial<PhoneRecord>>();
  scenario.section('accounts', (check, json, path) => {
    for (const [id, value] of Object.entries(check.object(json, path))) {
      const at = `${path}.${id}`;
      if (assets.wabas.has(id)) wabas.set(id, readWabaChange(check, check.object(value, at, WABA_MEMBERS), at));
      else if (assets.numbers.has(id))
        phones.set(id, readPhoneChange(check, check.object(value, at, PHONE_MEMBERS), at, nowMs));
      else check.fail(at, 'is neither an account nor a phone number');
    }
  });
  return { wabas, phones };
}
