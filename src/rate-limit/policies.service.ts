import { Injectable } from '@nestjs/common';
import { AccountsService, type PhoneNumber } from '../accounts/accounts.service.js';
import { canonicalJson } from '../core/canonical-json.js';
import { GatewayError } from '../core/gateway-error.js';
import { ESCALATION_POLICIES } from '../core/limits/escalation.js';
import { UTILISATION_POLICIES } from '../core/limits/utilisation.js';
import { WARM_UP_POLICIES } from '../core/limits/warm-up.js';
import type { Tenant } from '../platform/auth/principal.js';
import { Db } from '../platform/db/db.js';
import { readCursor, writeCursor } from '../platform/http/cursor.js';
import { Runtime } from '../platform/runtime.js';
import type {
  PolicyChangeView,
  PolicyChoices,
  PolicyHistory,
  PolicyHistoryQuery,
  PolicySnapshot,
  PolicyView,
  PutPolicyCommandDto,
  PutPolicyDto,
} from './policies.dto.js';
import * as store from './policies.store.js';

const CURSOR = /^\d{1,18}$/;

/**
 * What a tenant chooses for its numbers beyond Meta's limits. The lanes take it on within about a second, on whichever
 * worker they are; every change is kept with who made it.
 */
@Injectable()
export class PoliciesService {
  constructor(
    private readonly db: Db,
    private readonly accounts: AccountsService,
    private readonly runtime: Runtime,
  ) {}

  /** What can be chosen. */
  choices(): PolicyChoices {
    const warmUps = Object.entries(WARM_UP_POLICIES).map(([name, policy]) => ({
      name,
      description: policy.description,
      stages: policy.stages.map((stage) => ({
        per_minute: stage.perMinute,
        peak_per_minute: stage.peakPerMinute,
        longest_run_ms: stage.longestRunMs,
        rest_ms: stage.restMs,
        promoted_after_ms: stage.promotion.afterMs,
        promoted_after_accepted: stage.promotion.accepted,
      })),
      weights: { ...policy.weights },
      put_back_at_complaint_share: policy.demotion.complaintShare,
      put_back_at_failure_share: policy.demotion.failureShare,
      put_back_at_ratings: [...policy.demotion.ratings],
    }));
    const escalations = Object.entries(ESCALATION_POLICIES).map(([name, { description, codes, lastsMs }]) => ({
      name,
      description,
      codes: [...codes],
      light_ms: lastsMs.light,
      medium_ms: lastsMs.medium,
      severe_ms: lastsMs.severe,
    }));
    const utilisations = Object.entries(UTILISATION_POLICIES).map(([name, { description, alertShare, pause }]) => ({
      name,
      description,
      alert_share: alertShare,
      pause_share: pause?.share ?? null,
      pause_ms: pause?.lastsMs ?? null,
    }));
    return { warm_up: warmUps, escalation: escalations, utilisation: utilisations };
  }

  /** What holds for a number of the tenant's. */
  async get(tenant: Tenant, phoneNumberId: string): Promise<PolicyView> {
    const of = ofNumber(this.numberOf(tenant, phoneNumberId));
    return toView(of, await this.db.asTenant(tenant.portfolioId, (tx) => store.findPolicy(tx, of)));
  }

  /** Makes this, and nothing else, hold for a number of the tenant's. Doing it again changes nothing. */
  async put(tenant: Tenant, dto: PutPolicyCommandDto): Promise<PolicyView> {
    const number = this.numberOf(tenant, dto.phone_number_id);
    const choice = choiceOf(dto);
    if (choice.max_mps !== null && choice.max_mps > number.throughputMps) {
      const detail = `max_mps must be at most the number's level, which is ${number.throughputMps}: only Meta raises it`;
      throw new GatewayError('invalid_request', detail, { errors: [{ pointer: '/max_mps', detail }] });
    }
    if ((choice.marketing_cap === null) !== (choice.marketing_cap_days === null)) {
      const missing = choice.marketing_cap === null ? 'marketing_cap' : 'marketing_cap_days';
      const detail = 'marketing_cap and marketing_cap_days belong together: at most so many messages in so many days';
      throw new GatewayError('invalid_request', detail, { errors: [{ pointer: `/${missing}`, detail }] });
    }
    return this.change(tenant, number, choice);
  }

  /** Lets only Meta's limits hold for a number of the tenant's. Doing it again changes nothing. */
  async remove(tenant: Tenant, phoneNumberId: string): Promise<void> {
    await this.change(tenant, this.numberOf(tenant, phoneNumberId), choiceOf({}));
  }

  /** A page of the changes of a number's policy, the newest first. */
  async history(tenant: Tenant, query: PolicyHistoryQuery): Promise<PolicyHistory> {
    const of = ofNumber(this.numberOf(tenant, query.phone_number_id));
    const limit = query.page_size ?? 100;
    const [before = null] = query.page_token === undefined ? [] : readCursor(query.page_token, CURSOR, 'page_token');
    const rows = await this.db.asTenant(tenant.portfolioId, (tx) => store.listChanges(tx, of, before, limit + 1));
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const isLast = rows.length <= limit || last === undefined;
    return { changes: page.map(toChangeView), next_page_token: isLast ? '' : writeCursor([last.id]) };
  }

  private change(tenant: Tenant, number: PhoneNumber, choice: store.PolicyChoice): Promise<PolicyView> {
    const of = ofNumber(number);
    return this.db.asTenant(tenant.portfolioId, async (tx) => {
      await store.lockPolicy(tx, of);
      const row = await store.findPolicy(tx, of);
      if (isSame(row, choice)) return toView(of, row);
      const keepsWarmUp = row !== null && row.warm_up === choice.warm_up;
      const begins = choice.warm_up === null ? null : this.runtime.clock.now();
      const write: store.PolicyWrite = {
        ...choice,
        warmUpStage: keepsWarmUp ? row.warm_up_stage : 0,
        warmUpSince: keepsWarmUp ? row.warm_up_since : begins,
        warmUpReason: keepsWarmUp ? row.warm_up_reason : null,
        by: `api key ${tenant.keyId}`,
      };
      return toView(of, await store.writePolicy(tx, of, write, row));
    });
  }

  private numberOf(tenant: Tenant, phoneNumberId: string): PhoneNumber {
    const number = this.accounts.phoneNumber(phoneNumberId);
    if (number?.portfolioId === tenant.portfolioId) return number;
    throw new GatewayError('not_found', 'You have no number with this id; GET /v1/phone_numbers lists yours.');
  }
}

function ofNumber({ portfolioId, phoneNumberId }: PhoneNumber): store.PolicyOf {
  return { portfolioId, phoneNumberId };
}

/** A choice of which every part is there: null is none. */
function choiceOf(from: Partial<store.PolicyChoice> | PutPolicyDto): store.PolicyChoice {
  const { warm_up = null, escalation = null, utilisation = null, max_mps = null } = from;
  const { marketing_cap = null, marketing_cap_days = null, fairness_weights = null, full_hour_spread_ms = null } = from;
  const ofMarketing = { marketing_cap, marketing_cap_days, full_hour_spread_ms };
  return { warm_up, escalation, utilisation, max_mps, ...ofMarketing, fairness_weights };
}

function isSame(row: store.PolicyRow | null, choice: store.PolicyChoice): boolean {
  return canonicalJson(choiceOf(row ?? {})) === canonicalJson(choice);
}

function toView({ phoneNumberId }: store.PolicyOf, row: store.PolicyRow | null): PolicyView {
  return {
    phone_number_id: phoneNumberId,
    warm_up: row?.warm_up ?? null,
    warm_up_state: row === null ? null : warmUpView(row),
    escalation: row?.escalation ?? null,
    utilisation: row?.utilisation ?? null,
    max_mps: row?.max_mps ?? null,
    marketing_cap: row?.marketing_cap ?? null,
    marketing_cap_days: row?.marketing_cap_days ?? null,
    fairness_weights: row?.fairness_weights ?? null,
    full_hour_spread_ms: row?.full_hour_spread_ms ?? null,
    changed_at: row?.changed_at.toISOString() ?? null,
    changed_by: row?.changed_by ?? null,
  };
}

function warmUpView(row: store.PolicyRow): PolicyView['warm_up_state'] {
  const stages = WARM_UP_POLICIES[row.warm_up ?? '']?.stages;
  if (stages === undefined || row.warm_up_since === null) return null;
  const stage = stages[row.warm_up_stage];
  return {
    stage: row.warm_up_stage + 1,
    stages: stages.length,
    since: row.warm_up_since.toISOString(),
    per_minute: stage?.perMinute ?? null,
    peak_per_minute: stage?.peakPerMinute ?? null,
    reason: row.warm_up_reason,
  };
}

function toChangeView(row: store.PolicyChangeRow): PolicyChangeView {
  return {
    changed_at: row.changed_at.toISOString(),
    changed_by: row.changed_by,
    before: row.before === null ? null : toSnapshot(row.before),
    after: toSnapshot(row.after),
  };
}

/** Of a stage, callers count from 1; without a warm-up there is none. Changes from before there were caps, weights or spreads lack them. */
function toSnapshot(kept: store.PolicySnapshotRow): PolicySnapshot {
  const { marketing_cap = null, marketing_cap_days = null, fairness_weights = null, full_hour_spread_ms = null } = kept;
  return {
    ...kept,
    marketing_cap,
    marketing_cap_days,
    fairness_weights,
    full_hour_spread_ms,
    warm_up_stage: kept.warm_up === null ? null : kept.warm_up_stage + 1,
  };
}
