import type { GraphCall } from './call.js';
import type { CallFault } from './call-faults.js';
import type { GraphRefusal } from './graph-error.js';
import type { Budget } from './registry.js';

/** What a call wants to do. */
export interface WantedAccess {
  readonly method: string;
  readonly id: string;
  readonly edge: string;
  /** The account that the node belongs to; undefined where the call is on no account's node. */
  readonly wabaId: string | undefined;
  readonly budget: Budget;
}

/** Judges the token of every call; undefined lets it pass. */
export type AccessJudge = (token: string | undefined, wanted: WantedAccess, atMs: number) => GraphRefusal | undefined;

/** Counts every call against the budgets of Graph and tells how they stand. */
export interface CallMeter {
  /** Counts one call; a refusal when there was no budget for it. */
  count(wabaId: string, budget: Budget, atMs: number): GraphRefusal | undefined;
  /** The usage headers of an answer. */
  headers(wabaId: string, atMs: number): Readonly<Record<string, string>>;
}

/** Decisions about every call, which the modules that own them put here; all can be replaced before the start. */
export interface Policies {
  judgeAccess: AccessJudge;
  meter: CallMeter;
  /** The fault that strikes a call; undefined: none. */
  callFault: (call: GraphCall) => CallFault | undefined;
}
