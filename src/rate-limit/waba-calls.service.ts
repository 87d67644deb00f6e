import { Injectable } from '@nestjs/common';
import { AccountsService } from '../accounts/accounts.service.js';
import { type CallStanding, callsAllowed, mayAskOnSchedule } from '../core/limits/management-calls.js';
import { GraphClient } from '../meta/graph-client.js';
import { Db } from '../platform/db/db.js';
import { Runtime } from '../platform/runtime.js';
import * as store from './waba-calls.store.js';

/** How a WABA stands with its calls of the hour. */
export interface WabaCallStanding extends CallStanding {
  /** When none of them counts any more; null when there were none. */
  readonly resetsAt: Date | null;
}

/**
 * Counts the calls of all processes that Meta counts against the hourly budget of a WABA, so that schedules give way before the
 * budget is used up and people are refused. Calls are few, a minute apart or more, so each is written down at once; a call of
 * another process that is not written yet, and those of other programs with the same app, are not seen. What Meta says of its own
 * accord (usage headers, 80007, 80008) is heeded beside it.
 */
@Injectable()
export class WabaCallsService {
  private writing: Promise<void> | null = null;

  constructor(
    private readonly db: Db,
    private readonly accounts: AccountsService,
    private readonly graph: GraphClient,
    private readonly runtime: Runtime,
  ) {
    graph.calls.listen(() => void this.write());
  }

  /** How one WABA stands. */
  async standing(wabaId: string): Promise<WabaCallStanding> {
    const standings = await this.standings([wabaId]);
    return standings.get(wabaId) as WabaCallStanding;
  }

  /** Those of some WABAs about which a schedule may ask Meta now: one query for all. */
  async mayAskAbout(wabaIds: readonly string[]): Promise<ReadonlySet<string>> {
    const standings = await this.standings(wabaIds);
    return new Set([...standings].filter(([, standing]) => mayAskOnSchedule(standing)).map(([id]) => id));
  }

  private async standings(wabaIds: readonly string[]): Promise<Map<string, WabaCallStanding>> {
    if (wabaIds.length === 0) return new Map();
    await this.write();
    const rows = new Map((await store.callsOfWabas(this.db, wabaIds)).map((row) => [row.waba_id, row]));
    return new Map(
      wabaIds.map((id) => {
        const row = rows.get(id);
        const allowed = callsAllowed(this.accounts.numbersOfWaba(id));
        return [id, { allowed, used: row?.calls ?? 0, resetsAt: row?.resets_at ?? null }];
      }),
    );
  }

  /** Writes down what this process has called; what cannot be written is tried again with the next call. Never rejects. */
  private write(): Promise<void> {
    this.writing ??= this.writeAll().finally(() => {
      this.writing = null;
    });
    return this.writing;
  }

  private async writeAll(): Promise<void> {
    // Calls of one tick share a statement.
    await Promise.resolve();
    for (let counts = this.graph.calls.take(); counts.size > 0; counts = this.graph.calls.take()) {
      const ofWabas = new Map<string, store.WabaCalls>();
      for (const [node, calls] of counts) {
        const waba = this.accounts.waba(node) ?? this.accounts.waba(this.accounts.phoneNumber(node)?.wabaId ?? '');
        if (waba === undefined) continue;
        const { wabaId, portfolioId } = waba;
        ofWabas.set(wabaId, { wabaId, portfolioId, calls: calls + (ofWabas.get(wabaId)?.calls ?? 0) });
      }
      if (ofWabas.size === 0) continue;
      try {
        await store.addCalls(this.db, [...ofWabas.values()]);
      } catch (err) {
        this.graph.calls.putBack(counts);
        this.runtime.logger.warn({ err }, 'calls to the Graph API could not be counted yet');
        return;
      }
    }
  }
}
